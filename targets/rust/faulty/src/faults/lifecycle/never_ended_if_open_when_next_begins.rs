use crate::support::*;

fault! {
    /// The span under way is kept in one place for all calls: the next call overwrites it, and the one before is
    /// never ended.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["span_never_ended"],
    server: ["span_never_ended"],
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<Option<SpanContext>>,
}

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let cx = kept(call, tracer, builder, parent);
        if self.at.is(call) {
            *lock(&self.state) = Some(span_context(&cx));
        }
        cx
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if !self.at.is(call) || lock(&self.state).as_ref() == Some(&span_context(cx)) {
            cx.span().end();
        }
    }
}
