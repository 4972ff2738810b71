use crate::support::*;

fault! {
    /// Calls that fail have no span: what is exported is made on success.
    models: ["https://github.com/grpc/grpc-go/pull/2962", "https://github.com/open-telemetry/opentelemetry-go-contrib/issues/501"],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    parts: |at| Parts::ended(move |span| if at.is_of(&span) && matches!(span.status, Status::Error { .. }) { Vec::new() } else { vec![span] }),
}
