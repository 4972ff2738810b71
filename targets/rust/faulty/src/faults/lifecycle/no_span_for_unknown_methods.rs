use crate::support::*;

fault! {
    /// A method that nobody has is answered outside of the instrumentation.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/15690"],
    server: ["unrouted_server_span_missing"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn is_traced(&self, call: &Call) -> bool {
        is_client(call) || call.is_recognised()
    }
}
