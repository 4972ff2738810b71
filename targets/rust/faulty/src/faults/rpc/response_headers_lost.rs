use crate::support::*;

fault! {
    /// The metadata of the response is lost.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/363"],
    client: ["rpc_metadata_changed"],
    server: ["rpc_metadata_changed"],
    only: ["metadata"],
    parts: |at| Parts::outside(at, OnResponse::new(|mut response: Response<Body>| {
    let headers = response.headers_mut();
    let own: Vec<_> = headers.keys().filter(|name| name.as_str().starts_with("x-")).cloned().collect();
    own.iter().for_each(|name| _ = headers.remove(name));
    response
})),
}
