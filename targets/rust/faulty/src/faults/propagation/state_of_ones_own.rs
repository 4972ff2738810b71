use crate::support::*;

fault! {
    /// The instrumentation adds a member of its own at the wrong end of the tracestate.
    models: [],
    client: ["tracestate_changed"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "tracestate", |text| format!("{text},own=1"));
    }
}
