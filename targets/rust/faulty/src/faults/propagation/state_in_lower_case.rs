use crate::support::*;

fault! {
    /// The tracestate is passed on in lower case.
    models: [],
    client: ["tracestate_changed"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "tracestate", str::to_lowercase);
    }
}
