use crate::support::*;

fault! {
    /// A call whose deadline passes leaves its span open.
    models: ["https://github.com/grpc/grpc-node/issues/2681"],
    client: ["span_never_ended"],
    server: ["span_never_ended"],
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
        if self.at.is(call) && call.is_expired() { None } else { Standard.at_drop(call, is_panic) }
    }
    fn at_error(&self, call: &Call, error: &(dyn Error + 'static)) -> Option<Outcome> {
        if self.at.is(call) && is_caused_by::<tonic::TimeoutExpired>(error) {
            None
        } else {
            Standard.at_error(call, error)
        }
    }
}
