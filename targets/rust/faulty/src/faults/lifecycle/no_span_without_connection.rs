use crate::support::*;

fault! {
    /// A call that never gets a connection has no span: it is made with the stream.
    models: ["https://github.com/grpc/grpc-go/pull/2962", "https://github.com/open-telemetry/opentelemetry-go-contrib/issues/501"],
    client: ["client_span_missing"],
    parts: |at| Parts::ended(move |span| {
    let unavailable = span.attributes.iter().any(|own| own.value.as_str() == "UNAVAILABLE");
    if at.is_of(&span) && unavailable { Vec::new() } else { vec![span] }
}),
}
