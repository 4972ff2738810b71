use crate::support::*;

fault! {
    /// The tracestate is passed on empty.
    models: [],
    client: ["tracestate_lost"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "tracestate", |_| String::new());
    }
}
