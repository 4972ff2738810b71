use crate::support::*;

fault! {
    /// Ids in upper case are accepted.
    models: [],
    server: ["parent_despite_invalid_context"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        rewrite(headers, "traceparent", str::to_lowercase);
        Standard.extract(call, headers)
    }
}
