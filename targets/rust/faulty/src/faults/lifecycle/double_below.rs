use crate::support::*;

fault! {
    /// One call has two spans, one below the other: it is instrumented twice.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet/pull/687", "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/6356"],
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
        if self.at.is(call) {
            drop(tracer.build_with_context(builder, &outer));
        }
        outer
    }
}
