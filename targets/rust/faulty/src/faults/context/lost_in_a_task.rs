use crate::support::*;

fault! {
    /// The handler runs in a task of its own, to which the context is not taken along.
    models: ["https://github.com/open-telemetry/opentelemetry-java/issues/6416"],
    server: ["server_span_not_current"],
    parts: |at| Parts::inside(at, Spawns),
}

struct Spawns;

impl Around for Spawns {
    fn call(&self, request: Request<Body>, next: Next) -> Answer {
        Box::pin(async move { tokio::spawn(tower::ServiceExt::oneshot(next, request)).await? })
    }
}
