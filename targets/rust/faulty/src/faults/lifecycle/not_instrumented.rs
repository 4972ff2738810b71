use crate::support::*;

fault! {
    /// A channel or a server is left out altogether: no span, and no context is passed on. One shape at a time.
    models: ["https://github.com/census-instrumentation/opencensus-java/issues/1896", "https://github.com/open-telemetry/opentelemetry-js/issues/4711", "https://github.com/open-telemetry/opentelemetry-python-contrib/pull/3520"],
    client: ["client_span_missing", "traceparent_missing"],
    server: ["server_span_missing"],
    each: SHAPES,
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn is_traced(&self, call: &Call) -> bool {
        !self.at.is(call)
    }
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        if !self.at.is(call) {
            Standard.inject(call, cx, headers);
        }
    }
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        if self.at.is(call) { Context::new() } else { Standard.extract(call, headers) }
    }
}
