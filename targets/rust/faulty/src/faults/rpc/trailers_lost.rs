use crate::support::*;

fault! {
    /// The application's trailers are lost: only the status is passed on.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/871"],
    client: ["rpc_metadata_changed"],
    server: ["rpc_metadata_changed"],
    only: ["status", "metadata"],
    parts: |at| Parts::outside(at, OnResponse::new(|response| response.map(|body| frames(body, |mut frame| {
    if let Some(trailers) = frame.trailers_mut() {
        let own: Vec<_> = trailers.keys().filter(|name| !name.as_str().starts_with("grpc-")).cloned().collect();
        own.iter().for_each(|name| _ = trailers.remove(name));
    }
    vec![frame]
})))),
}
