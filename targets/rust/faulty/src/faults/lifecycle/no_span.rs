use crate::support::*;

fault! {
    /// Calls of one shape have no span at this end: the instrumentation has no interceptor for it.
    models: ["https://github.com/open-telemetry/opentelemetry-js/pull/3804", "https://github.com/open-telemetry/opentelemetry-python-contrib/pull/2483"],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    each: SHAPES,
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn is_traced(&self, call: &Call) -> bool {
        !self.at.is(call)
    }
}
