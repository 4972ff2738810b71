use crate::support::*;

fault! {
    /// A call without any context is not recorded: the invalid parent is taken for one that is not sampled.
    models: ["https://github.com/census-instrumentation/opencensus-cpp/issues/312"],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        if !self.at.is(call) || has_span(&found) {
            return found;
        }
        found.with_remote_span_context(SpanContext::new(
            TraceId::from(7),
            SpanId::from(7),
            TraceFlags::default(),
            true,
            TraceState::NONE,
        ))
    }
}
