use crate::support::*;

fault! {
    /// The header is of a version that does not exist yet.
    models: [],
    client: ["traceparent_wrong_version"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "traceparent", |text| text.replacen("00-", "01-", 1));
    }
}
