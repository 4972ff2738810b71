use crate::support::*;

fault! {
    /// The trace id is made anew at the export: spans of one trace are in two.
    models: ["https://github.com/tsloughter/grpcbox/issues/105"],
    client: ["stray_span"],
    server: ["stray_span"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) {
        let trace = u128::from_be_bytes(span.span_context.trace_id().to_bytes()) ^ 0xff;
        span.span_context = with_ids(&span.span_context, TraceId::from(trace), span.span_context.span_id());
    }
    vec![span]
}),
}
