use crate::support::*;

fault! {
    /// Where both generations are asked for at once, only the new one is there.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/blob/main/instrumentation/google.golang.org/grpc/otelgrpc/config.go"],
    both: ["attribute_missing"],
    only: ["unary", "status"],
    conventions: ["rpc-dup"],
    parts: |_| Parts::config(|config| config.convention(Convention::Rpc139)),
}
