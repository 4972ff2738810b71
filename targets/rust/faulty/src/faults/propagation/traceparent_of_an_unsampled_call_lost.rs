use crate::support::*;

fault! {
    /// A call that is not sampled sends no context: the next service decides anew.
    models: [],
    client: ["traceparent_missing"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        if cx.span().span_context().is_sampled() {
            Standard.inject(call, cx, headers);
        }
    }
}
