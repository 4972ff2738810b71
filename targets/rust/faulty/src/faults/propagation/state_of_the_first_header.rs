use crate::support::*;

fault! {
    /// Of several tracestate headers only the first is read.
    models: ["https://github.com/w3c/trace-context/blob/level-2/spec/20-http_request_header_format.md"],
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
