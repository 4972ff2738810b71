use crate::support::*;

fault! {
    /// The application's metadata is lost where a call passes the instrumentation.
    models: ["https://github.com/helidon-io/helidon/issues/10293", "https://github.com/open-telemetry/opentelemetry-python-contrib/pull/2363"],
    client: ["rpc_metadata_changed"],
    server: ["rpc_metadata_changed"],
    only: ["metadata"],
    parts: |at| Parts::outside(at, OnRequest(|request: &mut Request<Body>| {
    let headers = request.headers_mut();
    let own: Vec<_> = headers.keys().filter(|name| name.as_str().starts_with("x-") || *name == "authorization").cloned().collect();
    own.iter().for_each(|name| _ = headers.remove(name));
})),
}
