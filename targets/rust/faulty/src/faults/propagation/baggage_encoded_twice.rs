use crate::support::*;

fault! {
    /// The baggage is percent-encoded once more on each hop.
    models: [],
    client: ["baggage_changed"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "baggage", |text| text.replace('%', "%25"));
    }
}
