use crate::support::*;

fault! {
    /// The handler, or the callee, gets metadata that its caller never sent.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/11237"],
    client: [TRANSPARENCY],
    server: [TRANSPARENCY],
    only: ["metadata", "unary/ok"],
    parts: |at| Parts::inside(at, OnRequest(|request: &mut Request<Body>| set(request.headers_mut(), "x-request-id", "7"))),
}
