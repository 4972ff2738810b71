use crate::support::*;

fault! {
    /// Beside the call's span there is one for its encoding, below a span that nobody exports.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/1780"],
    client: ["orphan_span"],
    server: ["orphan_span"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        if self.at.is(call) && has_span(parent) {
            let below = with_span_context(parent, |own| with_ids(own, own.trace_id(), SpanId::from(0x77)));
            drop(tracer.build_with_context(SpanBuilder::from_name("encode"), &below));
        }
        Standard.start(call, tracer, builder, parent)
    }
}
