use crate::support::*;

fault! {
    /// The members of the tracestate are passed on in another order.
    models: [],
    client: ["tracestate_changed"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "tracestate", |text| text.split(',').rev().collect::<Vec<_>>().join(","));
    }
}
