use crate::support::*;

fault! {
    /// Of the tracestate only the first member is passed on.
    models: [],
    client: ["tracestate_lost"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "tracestate", |text| text.split(',').next().unwrap_or_default().to_owned());
    }
}
