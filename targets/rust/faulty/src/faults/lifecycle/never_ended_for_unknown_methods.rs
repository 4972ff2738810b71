use crate::support::*;

fault! {
    /// A call of a method that nobody has starts a span that nobody ends.
    models: ["https://github.com/grpc/grpc-go/issues/456", "https://github.com/open-telemetry/opentelemetry-go-contrib/issues/6446"],
    server: ["span_never_ended"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        kept(call, tracer, builder, parent)
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if is_client(call) || call.is_recognised() {
            cx.span().end();
        }
    }
}
