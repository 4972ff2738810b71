use crate::support::*;

fault! {
    /// Of several tracestate headers only the first is read.
    models: [],
    server: ["tracestate_not_inherited"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        let first = headers.get("tracestate").cloned();
        if let Some(first) = first {
            headers.insert("tracestate", first);
        }
        Standard.extract(call, headers)
    }
}
