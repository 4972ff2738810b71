use crate::support::*;

fault! {
    /// The tracestate of a call that is not sampled is not passed on.
    models: ["https://github.com/w3c/trace-context/blob/level-2/spec/20-http_request_header_format.md"],
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
