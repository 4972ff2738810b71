use crate::support::*;

fault! {
    /// A value of the baggage is passed on as another one.
    models: [],
    client: ["baggage_changed"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "baggage", |text| text.replace("u-1", "u-2"));
    }
}
