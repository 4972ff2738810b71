use crate::support::*;

fault! {
    /// A server's span has the id of its client's, as some systems want it and OpenTelemetry does not.
    models: [],
    server: ["callers_span_id_reused"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) && span.parent_span_id != SpanId::INVALID {
        span.span_context = with_ids(&span.span_context, span.span_context.trace_id(), span.parent_span_id);
    }
    vec![span]
}),
}
