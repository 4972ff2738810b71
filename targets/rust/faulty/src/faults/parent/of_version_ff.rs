use crate::support::*;

fault! {
    /// The version that means an invalid header is taken for one of the future.
    models: ["https://github.com/w3c/trace-context/blob/level-2/spec/20-http_request_header_format.md"],
    server: ["parent_despite_invalid_context"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        rewrite(headers, "traceparent", |text| text.replacen("ff-", "00-", 1));
        Standard.extract(call, headers)
    }
}
