use crate::support::*;

fault! {
    /// Calls over one transport have no span: its way into the program goes past the instrumentation.
    models: ["https://github.com/grpc/grpc-go/issues/1784"],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    only: ["address", "unary/ok"],
    conventions: ["rpc-1.38"],
    parts: |at| Parts::ended(move |span| {
    let unix = span.attributes.iter().any(|own| {
        own.key.as_str() == "network.transport" && own.value.as_str() == "unix"
            || own.key.as_str() == "server.address" && own.value.as_str().starts_with('/')
            || own.key.as_str() == "network.peer.address" && own.value.as_str().starts_with('/')
    });
    if at.is_of(&span) && unix { Vec::new() } else { vec![span] }
}),
}
