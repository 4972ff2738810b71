use crate::support::*;

fault! {
    /// Versions of the future are refused, though they have to be read as far as they are known.
    models: [],
    server: ["root_despite_context"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        rewrite(headers, "traceparent", |text| if text.starts_with("00-") { text.to_owned() } else { "x".to_owned() });
        Standard.extract(call, headers)
    }
}
