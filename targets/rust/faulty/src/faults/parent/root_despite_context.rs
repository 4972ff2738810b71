use crate::support::*;

fault! {
    /// The context that is there is not looked at: the span begins a trace. One shape at a time.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/2564", "https://github.com/tsloughter/grpcbox/issues/105", "https://github.com/open-telemetry/opentelemetry-ebpf-instrumentation/issues/2119", "https://github.com/open-telemetry/opentelemetry-js/issues/4711"],
    client: ["root_despite_context"],
    server: ["root_despite_context"],
    each: SHAPES,
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        if self.at.is(call) { Context::new() } else { found }
    }
}
