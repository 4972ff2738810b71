use crate::support::*;

fault! {
    /// Two contexts are in one header, with a comma between them.
    models: ["https://github.com/open-telemetry/opentelemetry-go/pull/441"],
    client: ["traceparent_invalid"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "traceparent", |text| format!("{text},{text}"));
    }
}
