use crate::support::*;

fault! {
    /// The callee gets no context at all. One shape at a time.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/2363", "https://github.com/helidon-io/helidon/issues/10293"],
    client: ["traceparent_missing"],
    each: SHAPES,
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        if !self.at.is(call) {
            Standard.inject(call, cx, headers);
        }
    }
}
