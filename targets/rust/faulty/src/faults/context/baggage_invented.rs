use crate::support::*;

fault! {
    /// The handler sees baggage that nobody sent.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    server: ["baggage_invented"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        headers.append("baggage", HeaderValue::from_static("left=over"));
        Standard.extract(call, headers)
    }
}
