use crate::support::*;

fault! {
    /// The spans that the application opened have a parent that nobody knows: the span that they were opened in was
    /// replaced.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/260"],
    server: ["manual_span_misplaced"],
    only: ["unary", "stream"],
    parts: |_| Parts::ended(|mut span| {
    if span.span_kind == SpanKind::Internal { span.parent_span_id = SpanId::from(0x77); }
    vec![span]
}),
}
