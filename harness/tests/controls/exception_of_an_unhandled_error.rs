use crate::support::*;

/// Records the error that ended a call.
struct Recording;

impl Policy for Recording {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if self.is_error(call, outcome.code) {
            let mut attributes = vec![KeyValue::new("exception.type", "tonic::Status")];
            if !outcome.message.is_empty() {
                attributes.push(KeyValue::new("exception.message", outcome.message.clone()));
            }
            cx.span().add_event("exception", attributes);
        }
        Standard.end(call, cx, outcome);
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A span that ends in an error has it as an exception event, once, on each of the spans that it ended.",
    seen: "https://github.com/open-telemetry/opentelemetry-python-contrib/issues/5068",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/exceptions/#recording-an-exception",
    conventions: &["rpc-1.39", "rpc-1.38"],
    parts: || Parts::policy(Recording),
    shows: |evidence| any(evidence, |span| span.events.iter().any(|event| event.name == "exception")),
};
