use crate::support::*;

fault! {
    /// The callee is told that a sampled call is not.
    models: ["https://github.com/census-instrumentation/opencensus-cpp/issues/312"],
    client: ["sampled_flag_wrong"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "traceparent", |text| format!("{}00", &text[..53]));
    }
}
