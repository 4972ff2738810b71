use crate::support::*;

fault! {
    /// The handler sees the baggage as it is on the wire, percent-encoded.
    models: [],
    server: ["baggage_changed"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        rewrite(headers, "baggage", |text| text.replace('%', "%25"));
        Standard.extract(call, headers)
    }
}
