use crate::support::*;

fault! {
    /// The baggage is not passed on.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/392"],
    client: ["baggage_lost"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        headers.remove("baggage");
    }
}
