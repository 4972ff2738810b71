use crate::support::*;

fault! {
    /// The span is its own parent: the id is taken over from the context that is injected.
    models: ["https://github.com/open-telemetry/opentelemetry-js/issues/4711"],
    client: ["parent_cycle"],
    server: ["parent_cycle"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) { span.parent_span_id = span.span_context.span_id(); }
    vec![span]
}),
}
