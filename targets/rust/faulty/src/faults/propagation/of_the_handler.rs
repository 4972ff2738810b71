use crate::support::*;

fault! {
    /// The callee is told of the handler's span, not of the client's: the context is injected before the span is
    /// made.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/2564", "https://github.com/chainloop-dev/chainloop/issues/3448"],
    client: ["traceparent_not_of_client_span"],
    each: SHAPES,
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        let around = Context::current();
        Standard.inject(call, if self.at.is(call) && has_span(&around) { &around } else { cx }, headers);
    }
}
