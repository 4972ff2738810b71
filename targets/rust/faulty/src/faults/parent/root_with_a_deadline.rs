use crate::support::*;

fault! {
    /// A call with a deadline runs in a context of its own, and its span begins a trace.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/5543"],
    server: ["root_despite_context"],
    only: ["deadline", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        if headers.contains_key("grpc-timeout") { Context::new() } else { Standard.extract(call, headers) }
    }
}
