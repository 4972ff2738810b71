use crate::support::*;

fault! {
    /// A layer between instrumentation and handler starts from an empty context, as one does that sets its own
    /// deadline or user.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/2564"],
    server: ["server_span_not_current"],
    parts: |at| Parts::inside(at, StartsAnew),
}

struct StartsAnew;

impl Around for StartsAnew {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        use opentelemetry::context::FutureExt as _;
        Box::pin(next.call(request).with_context(Context::new()))
    }
}
