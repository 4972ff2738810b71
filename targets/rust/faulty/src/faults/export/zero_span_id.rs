use crate::support::*;

fault! {
    /// The span's id is zero.
    models: [],
    client: ["invalid_id"],
    server: ["invalid_id"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) { span.span_context = with_ids(&span.span_context, span.span_context.trace_id(), SpanId::INVALID); }
    vec![span]
}),
}
