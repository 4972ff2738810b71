use crate::support::*;

fault! {
    /// A response of trailers only leaves the span open: there is no body whose end could end it.
    models: ["https://github.com/grpc/grpc-go/issues/456"],
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
    fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
        if self.at.is(call) { Ending::Open } else { Standard.at_headers(call, status, headers, is_end) }
    }
    fn at_end_of_body(&self, call: &Call, is_inside: bool) -> Option<Outcome> {
        if self.at.is(call) { None } else { Standard.at_end_of_body(call, is_inside) }
    }
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if self.at.is(call) && call.http_status().is_some() { None } else { Standard.at_drop(call, is_panic) }
    }
}
