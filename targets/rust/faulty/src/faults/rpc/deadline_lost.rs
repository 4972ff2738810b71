use crate::support::*;

fault! {
    /// The deadline of a call is not passed on.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/5543"],
    client: ["rpc_deadline_changed"],
    server: ["rpc_deadline_changed"],
    only: ["deadline"],
    parts: |at| Parts::inside(at, OnRequest(|request: &mut Request<Body>| _ = request.headers_mut().remove("grpc-timeout"))),
}
