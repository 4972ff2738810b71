use crate::support::*;

fault! {
    /// The callee is told of a trace that does not exist.
    models: ["https://github.com/tsloughter/grpcbox/issues/105"],
    client: ["trace_id_changed"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "traceparent", |text| format!("00-{}{}", "7".repeat(32), &text[35..]));
    }
}
