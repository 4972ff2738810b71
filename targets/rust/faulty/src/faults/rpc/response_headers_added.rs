use crate::support::*;

fault! {
    /// The response has metadata that nobody asked for: the id of the trace.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/363"],
    server: ["rpc_metadata_changed"],
    only: ["metadata", "unary/ok"],
    parts: |at| Parts::outside(at, OnResponse::new(|mut response: Response<Body>| {
    set(response.headers_mut(), "x-trace-id", "0af7651916cd43dd8448eb211c80319c");
    response
})),
}
