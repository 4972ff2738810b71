use crate::support::*;

fault! {
    /// An error is swallowed: the other end gets OK.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/3271"],
    client: ["rpc_status_changed"],
    server: ["rpc_status_changed"],
    only: ["status", "unary/ok"],
    parts: |at| Parts::outside(at, OnResponse::new(|response| changed(response, |headers| {
    if headers.contains_key("grpc-status") { set(headers, "grpc-status", "0"); }
}))),
}
