// Command grpc-native is a target: gRPC for Go under the OpenTelemetry tracing that it brings along.
package main

import (
	"conformance.example/go/kit"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	experimental "google.golang.org/grpc/experimental/opentelemetry"
	"google.golang.org/grpc/stats/opentelemetry"
)

func main() { kit.Main(instrument) }

// instrument does what the package's documentation tells a user to do, for traces: it takes no tracer provider and no propagator
// but those it is given.
func instrument(provider trace.TracerProvider, propagator propagation.TextMapPropagator) ([]grpc.ServerOption, []grpc.DialOption) {
	options := opentelemetry.Options{
		TraceOptions: experimental.TraceOptions{TracerProvider: provider, TextMapPropagator: propagator},
	}
	return []grpc.ServerOption{opentelemetry.ServerOption(options)}, []grpc.DialOption{opentelemetry.DialOption(options)}
}
