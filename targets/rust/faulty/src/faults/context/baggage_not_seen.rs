use crate::support::*;

fault! {
    /// The handler does not see the baggage that came.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/392"],
    server: ["baggage_not_seen"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        headers.remove("baggage");
        Standard.extract(call, headers)
    }
}
