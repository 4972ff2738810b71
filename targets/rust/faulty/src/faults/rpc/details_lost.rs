use crate::support::*;

fault! {
    /// The details of an error are lost on their way.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/1475"],
    client: ["rpc_metadata_changed"],
    server: ["rpc_metadata_changed"],
    only: ["status", "metadata"],
    parts: |at| Parts::outside(at, OnResponse::new(|response| changed(response, |headers| _ = headers.remove("grpc-status-details-bin")))),
}
