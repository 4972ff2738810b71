// Command otelgrpc-interceptors is a target: gRPC for Go under the interceptors of otelgrpc, which its later releases lack.
package main

import (
	"conformance.example/go/kit"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
)

func main() { kit.Main(instrument) }

// instrument does what otelgrpc's documentation told a user to do. Without options its interceptors take the process's own
// tracer provider and propagator.
func instrument(trace.TracerProvider, propagation.TextMapPropagator) ([]grpc.ServerOption, []grpc.DialOption) {
	return []grpc.ServerOption{
			grpc.UnaryInterceptor(otelgrpc.UnaryServerInterceptor()),
			grpc.StreamInterceptor(otelgrpc.StreamServerInterceptor()),
		}, []grpc.DialOption{
			grpc.WithUnaryInterceptor(otelgrpc.UnaryClientInterceptor()),
			grpc.WithStreamInterceptor(otelgrpc.StreamClientInterceptor()),
		}
}
