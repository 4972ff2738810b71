use crate::support::*;

fault! {
    /// Of metadata that has several values, one is passed on.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/2363"],
    client: ["rpc_metadata_changed"],
    server: ["rpc_metadata_changed"],
    only: ["metadata"],
    parts: |at| Parts::outside(at, OnRequest(|request: &mut Request<Body>| {
    let headers = request.headers_mut();
    let first: Vec<_> = headers.keys().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect();
    first.into_iter().for_each(|(name, value)| _ = headers.insert(name, value));
})),
}
