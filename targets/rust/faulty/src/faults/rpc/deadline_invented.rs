use crate::support::*;

fault! {
    /// A call that has no deadline gets one.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/5543"],
    client: ["rpc_deadline_changed"],
    only: ["deadline", "unary/ok"],
    parts: |at| Parts::outside(at, OnRequest(|request: &mut Request<Body>| {
    if !request.headers().contains_key("grpc-timeout") { set(request.headers_mut(), "grpc-timeout", "30S"); }
})),
}
