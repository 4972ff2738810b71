use crate::support::*;

fault! {
    /// A call that is not made by generated code has no span.
    models: ["https://github.com/open-telemetry/opentelemetry-js/pull/3804"],
    client: ["client_span_missing"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn is_traced(&self, call: &Call) -> bool {
        is_server(call) || call.is_recognised()
    }
}
