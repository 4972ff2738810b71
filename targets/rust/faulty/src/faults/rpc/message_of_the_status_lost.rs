use crate::support::*;

fault! {
    /// The message of an error is lost on its way.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/1475"],
    client: ["rpc_status_changed"],
    server: ["rpc_status_changed"],
    only: ["status", "unary/ok"],
    parts: |at| Parts::outside(at, OnResponse::new(|response| changed(response, |headers| _ = headers.remove("grpc-message")))),
}
