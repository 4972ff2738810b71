use crate::support::*;

fault! {
    /// While one call is under way, another has no span: a guard against double instrumentation is kept for all
    /// calls, not for each.
    models: ["https://github.com/open-telemetry/opentelemetry-js/issues/4711"],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: AtomicU64,
}

impl Policy for Broken {
    fn is_traced(&self, call: &Call) -> bool {
        !self.at.is(call) || self.state.load(Ordering::SeqCst) == 0
    }
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        if self.at.is(call) {
            self.state.fetch_add(1, Ordering::SeqCst);
        }
        Standard.start(call, tracer, builder, parent)
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if self.at.is(call) {
            self.state.fetch_sub(1, Ordering::SeqCst);
        }
        cx.span().end();
    }
}
