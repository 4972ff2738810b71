use crate::support::*;

fault! {
    /// Beside its span, each call has one that begins a trace of its own.
    models: ["https://github.com/tsloughter/grpcbox/issues/105"],
    client: ["stray_span"],
    server: ["stray_span"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        if self.at.is(call) {
            drop(tracer.build_with_context(builder.clone(), &Context::new()));
        }
        Standard.start(call, tracer, builder, parent)
    }
}
