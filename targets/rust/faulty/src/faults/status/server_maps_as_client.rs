use crate::support::*;

fault! {
    /// A server span is an error for every status but OK: the client's table on the server's side.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/9637", "https://github.com/open-telemetry/opentelemetry-python-contrib/issues/1756", "https://github.com/connectrpc/otelconnect-go/issues/122", "https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/1725"],
    server: ["status_not_unset"],
    only: ["status", "failure", "cancel", "unary/ok"],
    conventions: ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn is_error(&self, call: &Call, code: Code) -> bool {
        code != Code::Ok
    }
}
