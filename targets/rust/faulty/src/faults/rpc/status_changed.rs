use crate::support::*;

fault! {
    /// An error reaches the other end with another code: the instrumentation wraps it in one of its own.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/3066", "https://github.com/open-telemetry/opentelemetry-python-contrib/issues/3271"],
    client: ["rpc_status_changed"],
    server: ["rpc_status_changed"],
    only: ["status", "unary/ok"],
    parts: |at| Parts::outside(at, OnResponse::new(|response| changed(response, |headers| {
    if headers.get("grpc-status").is_some_and(|code| code != "0") { set(headers, "grpc-status", "2"); }
}))),
}
