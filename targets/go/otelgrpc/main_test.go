package main

import (
	"testing"

	"conformance.example/go/kit/kittest"
)

func TestMain(m *testing.M) { kittest.Main(m, main) }

func TestSpans(t *testing.T) {
	// The server's span of the unknown method never ends.
	kittest.CheckSpans(t, `
SPAN_KIND_CLIENT conformance.v1.Conformance/Bidi STATUS_CODE_ERROR
SPAN_KIND_CLIENT conformance.v1.Conformance/Unary STATUS_CODE_ERROR
SPAN_KIND_CLIENT conformance.v1.Conformance/Unary STATUS_CODE_UNSET
SPAN_KIND_CLIENT no.Service/Method STATUS_CODE_ERROR
SPAN_KIND_SERVER conformance.v1.Conformance/Bidi STATUS_CODE_UNSET
SPAN_KIND_SERVER conformance.v1.Conformance/Unary STATUS_CODE_UNSET
SPAN_KIND_SERVER conformance.v1.Conformance/Unary STATUS_CODE_UNSET
SPAN_KIND_SERVER conformance.v1.Conformance/Unary STATUS_CODE_UNSET`)
}

func TestInstrumentationOff(t *testing.T) { kittest.CheckOff(t) }
