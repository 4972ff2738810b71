use crate::support::*;

fault! {
    /// Of the baggage only the first entry is passed on.
    models: [],
    client: ["baggage_lost"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "baggage", |text| text.split(',').next().unwrap_or_default().to_owned());
    }
}
