package main

import (
	"testing"

	"conformance.example/go/kit/kittest"
)

func TestMain(m *testing.M) { kittest.Main(m, main) }

func TestSpans(t *testing.T) {
	// The server's span of the unknown method, Recv.other, never ends.
	kittest.CheckSpans(t, `
SPAN_KIND_CLIENT Sent.conformance.v1.Conformance.Bidi STATUS_CODE_ERROR
SPAN_KIND_CLIENT Sent.conformance.v1.Conformance.Unary STATUS_CODE_ERROR
SPAN_KIND_CLIENT Sent.conformance.v1.Conformance.Unary STATUS_CODE_OK
SPAN_KIND_CLIENT Sent.no.Service.Method STATUS_CODE_ERROR
SPAN_KIND_INTERNAL Attempt.conformance.v1.Conformance.Bidi STATUS_CODE_ERROR
SPAN_KIND_INTERNAL Attempt.conformance.v1.Conformance.Unary STATUS_CODE_ERROR
SPAN_KIND_INTERNAL Attempt.conformance.v1.Conformance.Unary STATUS_CODE_OK
SPAN_KIND_INTERNAL Attempt.no.Service.Method STATUS_CODE_ERROR
SPAN_KIND_SERVER Recv.conformance.v1.Conformance.Bidi STATUS_CODE_ERROR
SPAN_KIND_SERVER Recv.conformance.v1.Conformance.Unary STATUS_CODE_ERROR
SPAN_KIND_SERVER Recv.conformance.v1.Conformance.Unary STATUS_CODE_OK
SPAN_KIND_SERVER Recv.conformance.v1.Conformance.Unary STATUS_CODE_OK`)
}

func TestInstrumentationOff(t *testing.T) { kittest.CheckOff(t) }
