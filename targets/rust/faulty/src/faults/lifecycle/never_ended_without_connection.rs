use crate::support::*;

fault! {
    /// A call that never gets a connection, or loses it, leaves its span open: the error path has no end in it.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/issues/501", "https://github.com/grpc/grpc-go/pull/2962"],
    client: ["span_never_ended"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        kept(call, tracer, builder, parent)
    }
    fn at_error(&self, call: &Call, error: &(dyn Error + 'static)) -> Option<Outcome> {
        None
    }
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if is_client(call) && call.http_status().is_none() { None } else { Standard.at_drop(call, is_panic) }
    }
}
