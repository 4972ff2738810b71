use crate::support::*;

fault! {
    /// Ids are made anew at the export: what crossed the wire names no span.
    models: ["https://github.com/tsloughter/grpcbox/issues/105"],
    client: ["traceparent_not_of_client_span"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) {
        let id = u64::from_be_bytes(span.span_context.span_id().to_bytes()) ^ 0xff;
        span.span_context = with_ids(&span.span_context, span.span_context.trace_id(), SpanId::from(id));
    }
    vec![span]
}),
}
