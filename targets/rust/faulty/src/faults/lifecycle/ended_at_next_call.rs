use crate::support::*;

fault! {
    /// What ends a span is the next call: each has the duration until then, and the last one never ends.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["span_never_ended"],
    server: ["span_never_ended"],
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<Option<Context>>,
}

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        kept(call, tracer, builder, parent)
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if !self.at.is(call) {
            return cx.span().end();
        }
        if let Some(last) = lock(&self.state).replace(cx.clone()) {
            last.span().end();
        }
    }
}
