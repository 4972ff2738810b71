use crate::support::*;

fault! {
    /// The spans that the application opened inside of a handler are lost: they go to another provider.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/260"],
    server: ["manual_span_missing"],
    only: ["unary", "stream"],
    parts: |_| Parts::ended(|span| if span.span_kind == SpanKind::Internal { Vec::new() } else { vec![span] }),
}
