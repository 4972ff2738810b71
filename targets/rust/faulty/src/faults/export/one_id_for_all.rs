use crate::support::*;

fault! {
    /// All spans of a trace have one id.
    models: [],
    both: ["span_changed_after_end"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) { span.span_context = with_ids(&span.span_context, span.span_context.trace_id(), SpanId::from(0x1234)); }
    vec![span]
}),
}
