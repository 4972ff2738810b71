use crate::support::*;

fault! {
    /// The baggage of a request that has no context is not passed on.
    models: [],
    server: ["baggage_not_seen"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        if !has_span(&Standard.extract(call, headers)) {
            headers.remove("baggage");
        }
        Standard.extract(call, headers)
    }
}
