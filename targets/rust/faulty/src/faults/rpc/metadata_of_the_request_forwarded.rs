use crate::support::*;

fault! {
    /// What a handler received goes along with its own calls: the metadata is kept in the context.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/11237"],
    client: ["rpc_metadata_changed"],
    only: ["metadata", "relay"],
    parts: |at| {
    let kept: Kept = Arc::default();
    Parts::outside(at, Forwards(Arc::clone(&kept))).and_around_servers(Keeps(kept))
},
}

type Kept = Arc<Mutex<Option<HeaderValue>>>;

struct Keeps(Kept);

impl Around for Keeps {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        if let Some(secret) = request.headers().get("authorization") {
            *lock(&self.0) = Some(secret.clone());
        }
        next.call(request)
    }
}

struct Forwards(Kept);

impl Around for Forwards {
    fn call(&self, mut request: Request<Body>, mut next: Next) -> Answer {
        if let Some(secret) = lock(&self.0).clone() {
            request.headers_mut().insert("authorization", secret);
        }
        next.call(request)
    }
}
