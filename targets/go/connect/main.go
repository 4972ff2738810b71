// Command connect is a target: Connect for Go, which serves and calls the gRPC protocol, under the interceptor of otelconnect.
package main

import (
	"conformance.example/go/kit"
	"connectrpc.com/connect"
	"connectrpc.com/otelconnect"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// askedFor are the keys whose metadata the contract wants recorded.
var askedFor = []string{"x-asked-for", "x-asked-too"}

func main() { kit.MainOn(transport) }

// instrument does what otelconnect's documentation tells a user to do whose service is an internal one. The interceptor takes
// the process's own tracer provider and propagator.
func instrument() ([]connect.Interceptor, error) {
	interceptor, err := otelconnect.NewInterceptor(
		otelconnect.WithTrustRemote(),
		otelconnect.WithTraceRequestHeader(askedFor...),
	)
	if err != nil {
		return nil, err
	}
	return []connect.Interceptor{interceptor}, nil
}

func transport(serve kit.Serve, _ trace.TracerProvider, _ propagation.TextMapPropagator, instrumented bool) (kit.Transport, error) {
	var interceptors []connect.Interceptor
	if instrumented {
		var err error
		if interceptors, err = instrument(); err != nil {
			return nil, err
		}
	}
	return newConnectGo(serve, interceptors), nil
}
