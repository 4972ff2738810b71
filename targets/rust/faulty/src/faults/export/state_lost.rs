use crate::support::*;

fault! {
    /// The tracestate of a span is not exported.
    models: [],
    client: ["tracestate_not_inherited"],
    server: ["tracestate_not_inherited"],
    only: ["context", "unary/ok"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) {
        let own = &span.span_context;
        span.span_context = SpanContext::new(own.trace_id(), own.span_id(), own.trace_flags(), false, TraceState::NONE);
    }
    vec![span]
}),
}
