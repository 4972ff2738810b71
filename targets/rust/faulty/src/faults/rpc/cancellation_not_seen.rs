use crate::support::*;

fault! {
    /// A handler is not told that its call is cancelled: it runs in a task of the instrumentation's.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/8923"],
    server: ["rpc_cancellation_lost", "rpc_never_over"],
    only: ["cancel/before-headers", "unary/ok"],
    parts: |at| Parts::inside(at, Detaches),
}

struct Detaches;

impl Around for Detaches {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        use opentelemetry::context::FutureExt as _;
        let task = tokio::spawn(next.call(request).with_context(Context::current()));
        Box::pin(async move { task.await? })
    }
}
