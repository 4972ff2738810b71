use crate::support::*;

fault! {
    /// The trailers have metadata that nobody asked for.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/871"],
    server: ["rpc_metadata_changed"],
    only: ["metadata", "unary/ok", "status"],
    parts: |at| Parts::outside(at, OnResponse::new(|response| changed(response, |headers| {
    if headers.contains_key("grpc-status") { set(headers, "x-traced", "yes"); }
}))),
}
