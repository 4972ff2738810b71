use crate::support::*;

fault! {
    /// A call that ends with an error status leaves its span open: only the path of success ends it. One shape at a
    /// time.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/issues/501"],
    client: ["span_never_ended"],
    server: ["span_never_ended"],
    each: SHAPES,
    only: ["status", "unary/ok", "stream"],
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
        if !self.at.is(call) || outcome.code == Code::Ok {
            cx.span().end();
        }
    }
}
