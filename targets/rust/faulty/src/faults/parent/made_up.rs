use crate::support::*;

fault! {
    /// A request without a context gets one: its random ids have no span.
    models: ["https://github.com/census-instrumentation/opencensus-cpp/issues/312"],
    server: ["parent_despite_missing_context"],
    only: ["context", "unary/ok", "relay"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        if !headers.contains_key("traceparent") {
            set(headers, "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        }
        Standard.extract(call, headers)
    }
}
