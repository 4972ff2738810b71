use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "Spans are held back until a flush, as for a decision at the tail, and children come before their parents.",
    seen: "https://github.com/open-telemetry/opentelemetry-go-contrib/issues/436",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/sdk/#forceflush-1",
    conventions: &["rpc-1.39"],
    parts: || Parts { held: true, ..Parts::default() },
    shows: |evidence| {
        let spans = &evidence.trace.spans;
        let place = |of: &trace::Span| spans.iter().position(|span| span.span_id == of.span_id);
        spans.iter().any(|span| parent(evidence, span).is_some_and(|parent| place(parent) < place(span)))
    },
};
