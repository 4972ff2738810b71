use crate::support::*;

fault! {
    /// A stream that is opened and then not read to its end leaves its span open: what ends it hangs on the last
    /// read.
    models: ["https://github.com/DataDog/dd-trace-py/issues/19600", "https://github.com/open-telemetry/opentelemetry-go-contrib/issues/502"],
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
        if self.at.is(call) && call.http_status().is_some() { None } else { Standard.at_drop(call, is_panic) }
    }
}
