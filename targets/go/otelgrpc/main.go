// Command otelgrpc is a target: gRPC for Go under the stats handlers of otelgrpc.
package main

import (
	"conformance.example/go/kit"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
)

func main() { kit.Main(instrument) }

// instrument does what otelgrpc's documentation tells a user to do. Without options its handlers take the process's own
// tracer provider and propagator.
func instrument(trace.TracerProvider, propagation.TextMapPropagator) ([]grpc.ServerOption, []grpc.DialOption) {
	return []grpc.ServerOption{grpc.StatsHandler(otelgrpc.NewServerHandler())},
		[]grpc.DialOption{grpc.WithStatsHandler(otelgrpc.NewClientHandler())}
}
