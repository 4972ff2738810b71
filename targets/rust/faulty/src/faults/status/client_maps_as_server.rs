use crate::support::*;

fault! {
    /// A client span follows the server's table: NOT_FOUND is no error.
    models: ["https://github.com/davidB/tracing-opentelemetry-instrumentation-sdk"],
    client: ["status_not_error"],
    only: ["status", "failure", "cancel", "unary/ok"],
    conventions: ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn is_error(&self, call: &Call, code: Code) -> bool {
        matches!(
            code,
            Code::Unknown
                | Code::DeadlineExceeded
                | Code::Unimplemented
                | Code::Internal
                | Code::Unavailable
                | Code::DataLoss
        )
    }
}
