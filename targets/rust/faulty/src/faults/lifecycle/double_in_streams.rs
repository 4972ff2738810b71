use crate::support::*;

fault! {
    /// Calls with a stream have two spans, one for the call and one for its stream.
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
        let outer = Standard.start(call, tracer, builder.clone(), parent);
        if self.at.is(call) && call.method() != "Unary" {
            drop(tracer.build_with_context(builder, &outer));
        }
        outer
    }
}
