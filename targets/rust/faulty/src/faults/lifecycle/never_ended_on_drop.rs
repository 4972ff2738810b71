use crate::support::*;

fault! {
    /// A call that is let go of before its end, by a cancellation or a future that is dropped, leaves its span open:
    /// one shape at a time.
    models: ["https://github.com/openzipkin/brave/issues/1340", "https://github.com/grpc/grpc-node/issues/2681", "https://github.com/open-telemetry/opentelemetry-go-contrib/issues/839", "https://github.com/googleapis/google-cloud-rust/pull/3855"],
    client: ["span_never_ended"],
    server: ["span_never_ended"],
    each: SHAPES,
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        kept(call, tracer, builder, parent)
    }
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if self.at.is(call) { None } else { Standard.at_drop(call, is_panic) }
    }
}
