use crate::support::*;

fault! {
    /// One call has two spans, one beside the other: two interceptors do not know of each other.
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
        if self.at.is(call) {
            drop(tracer.build_with_context(builder.clone(), parent));
        }
        Standard.start(call, tracer, builder, parent)
    }
}
