use crate::support::*;

fault! {
    /// A call of a method that nobody has loses the context that came with it.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/2564"],
    server: ["stray_span"],
    only: ["failure/unknown-method", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        if is_server(call) && !call.is_recognised() { Context::new() } else { found }
    }
}
