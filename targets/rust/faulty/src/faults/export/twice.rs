use crate::support::*;

fault! {
    /// Each span is exported twice: two processors export to one backend.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet/pull/687"],
    client: ["span_exported_twice"],
    server: ["span_exported_twice"],
    parts: |at| Parts::ended(move |span| if at.is_of(&span) { vec![span.clone(), span] } else { vec![span] }),
}
