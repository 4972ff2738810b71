use crate::support::*;

fault! {
    /// A call that succeeds leaves its span open: only errors end it. One shape at a time.
    models: ["https://github.com/grpc/grpc-go/pull/1140"],
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
        if !self.at.is(call) || outcome.code != Code::Ok {
            cx.span().end();
        }
    }
}
