use crate::support::*;

fault! {
    /// A value of the tracestate is passed on as another one.
    models: [],
    client: ["tracestate_changed"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "tracestate", |text| text.replace("bar=2", "bar=3"));
    }
}
