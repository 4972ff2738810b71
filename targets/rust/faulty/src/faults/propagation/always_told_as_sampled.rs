use crate::support::*;

fault! {
    /// The callee is told that every call is sampled.
    models: [],
    client: ["sampled_flag_wrong"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "traceparent", |text| format!("{}01", &text[..53]));
    }
}
