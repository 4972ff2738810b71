use crate::support::*;

/// Tells how far a call has come.
struct Chatty;

impl Policy for Chatty {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let cx = Standard.start(call, tracer, builder, parent);
        cx.span().add_event("acme.begun", vec![KeyValue::new("acme.try", 1)]);
        cx
    }

    fn response_headers(&self, _: &Call, _: &mut HeaderMap) {
        Context::map_current(|cx| cx.span().add_event("acme.answered", Vec::new()));
    }

    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        cx.span().add_event("acme.over", Vec::new());
        Standard.end(call, cx, outcome);
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A span has events of the instrumentation's own.",
    seen: "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/6512",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#add-events",
    conventions: &["rpc-1.38", "rpc-1.39"],
    parts: || Parts::policy(Chatty),
    shows: |evidence| any(evidence, |span| span.events.iter().any(|event| event.name == "acme.over")),
};
