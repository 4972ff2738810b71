use crate::support::*;

fault! {
    /// A call that is let go of goes on in a task of the instrumentation's: the other end is not told.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/8923", "https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2014"],
    client: ["rpc_cancellation_lost"],
    only: ["cancel/before-headers", "unary/ok"],
    parts: |at| Parts::outside(at, Detaches),
}

struct Detaches;

impl Around for Detaches {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        // In a task of its own, which a drop does not end.
        let task = tokio::spawn(next.call(request));
        Box::pin(async move { task.await? })
    }
}
