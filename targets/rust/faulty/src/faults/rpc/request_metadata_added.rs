use crate::support::*;

fault! {
    /// The handler, or the callee, gets metadata that its caller never sent.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/11237"],
    client: ["rpc_metadata_changed"],
    server: ["rpc_metadata_changed"],
    only: ["metadata", "unary/ok"],
    parts: |at| Parts::inside(at, OnRequest(|request: &mut Request<Body>| set(request.headers_mut(), "x-request-id", "7"))),
}
