use crate::support::*;

fault! {
    /// A handler that panics leaves the span open.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4825"],
    server: ["span_never_ended"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        kept(call, tracer, builder, parent)
    }
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if is_panic { None } else { Standard.at_drop(call, is_panic) }
    }
}
