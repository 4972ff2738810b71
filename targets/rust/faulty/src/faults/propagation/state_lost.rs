use crate::support::*;

fault! {
    /// The tracestate is not passed on.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/11237"],
    client: ["tracestate_lost"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        headers.remove("tracestate");
    }
}
