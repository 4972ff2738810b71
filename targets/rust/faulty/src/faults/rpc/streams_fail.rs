use crate::support::*;

fault! {
    /// Every stream fails: the wrapper lacks a method that the framework calls.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/3066", "https://github.com/open-telemetry/opentelemetry-python-contrib/issues/1578"],
    server: ["rpc_status_changed"],
    only: ["stream/server-stream", "unary/ok"],
    parts: |at| Parts::outside(at, StreamsFail),
}

struct StreamsFail;

impl Around for StreamsFail {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        if method(&request) == "ServerStream" {
            return Box::pin(std::future::ready(Ok(failed())));
        }
        next.call(request)
    }
}
