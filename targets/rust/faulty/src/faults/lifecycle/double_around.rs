use crate::support::*;

fault! {
    /// One call has two spans, and the one that the callee or the handler knows is the inner one.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet/pull/687"],
    client: ["duplicate_span"],
    server: ["duplicate_span"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        if !self.at.is(call) {
            return Standard.start(call, tracer, builder, parent);
        }
        let outer = Standard.start(call, tracer, builder.clone(), parent);
        Standard.start(call, tracer, builder, &outer)
    }
}
