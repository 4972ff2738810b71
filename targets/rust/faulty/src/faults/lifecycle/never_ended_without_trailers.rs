use crate::support::*;

fault! {
    /// A response that stops without trailers leaves the span open.
    models: ["https://github.com/grpc/grpc-go/issues/1784"],
    client: ["span_never_ended"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        kept(call, tracer, builder, parent)
    }
    fn at_trailers(&self, call: &Call, trailers: &HeaderMap) -> Option<Outcome> {
        Outcome::from_headers(trailers)
    }
    fn at_end_of_body(&self, call: &Call, is_inside: bool) -> Option<Outcome> {
        None
    }
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if is_client(call) && call.http_status().is_some() { None } else { Standard.at_drop(call, is_panic) }
    }
}
