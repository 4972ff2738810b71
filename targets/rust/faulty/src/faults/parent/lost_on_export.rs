use crate::support::*;

fault! {
    /// The span has its parent while it is made, and none when it is exported.
    models: ["https://github.com/open-telemetry/opentelemetry-js/issues/4711"],
    client: ["root_despite_context"],
    server: ["root_despite_context"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) { span.parent_span_id = SpanId::INVALID; }
    vec![span]
}),
}
