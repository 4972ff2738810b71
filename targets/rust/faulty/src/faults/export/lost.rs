use crate::support::*;

fault! {
    /// Spans are lost between their end and the backend: one of this kind each time, or all.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/2483"],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    parts: |at| Parts::ended(move |span| if at.is_of(&span) { Vec::new() } else { vec![span] }),
}
