use crate::support::*;

fault! {
    /// A call from inside a handler has no span: nested instrumentation is suppressed by kind, not by call.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/1780", "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/2564"],
    client: ["client_span_missing"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn is_traced(&self, call: &Call) -> bool {
        is_server(call) || !has_span(&Context::current())
    }
}
