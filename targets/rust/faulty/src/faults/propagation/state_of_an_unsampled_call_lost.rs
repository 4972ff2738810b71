use crate::support::*;

fault! {
    /// The tracestate of a call that is not sampled is not passed on.
    models: [],
    client: ["tracestate_lost"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        if !cx.span().span_context().is_sampled() {
            headers.remove("tracestate");
        }
    }
}
