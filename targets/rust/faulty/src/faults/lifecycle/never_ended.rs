use crate::support::*;

fault! {
    /// The span is started, kept by something that outlives the call, and never ended: one shape of calls at a time.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/issues/502", "https://github.com/grpc/grpc-go/pull/1140"],
    client: ["span_never_ended"],
    server: ["span_never_ended"],
    each: SHAPES,
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        kept(call, tracer, builder, parent)
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if !self.at.is(call) {
            cx.span().end();
        }
    }
}
