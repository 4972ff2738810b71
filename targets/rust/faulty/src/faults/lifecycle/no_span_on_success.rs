use crate::support::*;

fault! {
    /// Calls that succeed have no span: only errors are exported.
    models: [],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    parts: |at| Parts::ended(move |span| if at.is_of(&span) && span.status == Status::Unset { Vec::new() } else { vec![span] }),
}
