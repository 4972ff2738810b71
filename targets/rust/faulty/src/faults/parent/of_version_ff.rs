use crate::support::*;

fault! {
    /// The version that means an invalid header is taken for one of the future.
    models: [],
    server: ["parent_despite_invalid_context"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        rewrite(headers, "traceparent", |text| {
            text.strip_prefix("ff-").map_or(text.to_owned(), |rest| format!("00-{rest}"))
        });
        Standard.extract(call, headers)
    }
}
