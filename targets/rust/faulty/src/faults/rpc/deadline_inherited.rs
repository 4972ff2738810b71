use crate::support::*;

fault! {
    /// The deadline of the handler's own call is passed on to calls that have none.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/5543"],
    client: ["rpc_deadline_changed"],
    only: ["deadline"],
    parts: |at| {
    let kept: Kept = Arc::default();
    Parts::outside(at, Passes(Arc::clone(&kept))).and_around_servers(Keeps(kept))
},
}

type Kept = Arc<Mutex<Option<HeaderValue>>>;

struct Keeps(Kept);

impl Around for Keeps {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        if let Some(timeout) = request.headers().get("grpc-timeout") {
            *lock(&self.0) = Some(timeout.clone());
        }
        next.call(request)
    }
}

struct Passes(Kept);

impl Around for Passes {
    fn call(&self, mut request: Request<Body>, mut next: Next) -> Answer {
        if let Some(timeout) = lock(&self.0).clone().filter(|_| !request.headers().contains_key("grpc-timeout")) {
            request.headers_mut().insert("grpc-timeout", timeout);
        }
        next.call(request)
    }
}
