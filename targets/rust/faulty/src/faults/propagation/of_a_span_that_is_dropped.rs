use crate::support::*;

fault! {
    /// The callee is told of a span that nobody ends or exports.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/1780"],
    client: ["traceparent_not_of_client_span"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, &with_span_context(cx, |own| with_ids(own, own.trace_id(), SpanId::from(0x77))), headers);
    }
}
