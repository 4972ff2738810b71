use crate::support::*;

fault! {
    /// Calls that are cancelled have no span: it is thrown away with them.
    models: ["https://github.com/openzipkin/brave/issues/1340"],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    parts: |at| Parts::ended(move |span| {
    let cancelled = span.attributes.iter().any(|own| own.value.as_str() == "CANCELLED");
    if at.is_of(&span) && cancelled { Vec::new() } else { vec![span] }
}),
}
