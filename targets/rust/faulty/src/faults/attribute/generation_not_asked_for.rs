use crate::support::*;

fault! {
    /// Whatever is asked for, the span follows the new convention: the default was flipped.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/blob/main/instrumentation/google.golang.org/grpc/otelgrpc/config.go"],
    both: ["attribute_missing", "attribute_deprecated"],
    only: ["unary", "status"],
    conventions: ["rpc-1.38"],
    parts: |_| Parts::config(|config| config.convention(Convention::Rpc139)),
}
