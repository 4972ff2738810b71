use crate::support::*;

fault! {
    /// What follows the flags of version 00 is cut off and forgiven.
    models: [],
    server: ["parent_despite_invalid_context"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        rewrite(headers, "traceparent", |text| text.chars().take(55).collect());
        Standard.extract(call, headers)
    }
}
