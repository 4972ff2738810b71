use crate::support::*;

fault! {
    /// A layer inside of the instrumentation's makes the metadata anew, and what was injected is gone.
    models: ["https://github.com/helidon-io/helidon/issues/10293"],
    client: ["traceparent_missing"],
    parts: |at| Parts::inside(at, OnRequest(|request: &mut Request<Body>| {
    for name in ["traceparent", "tracestate", "baggage"] { request.headers_mut().remove(name); }
})),
}
