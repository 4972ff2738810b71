use crate::support::*;

fault! {
    /// All requests of a trace have the parent of its first: contexts are kept by trace.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/1780"],
    server: ["wrong_parent"],
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<std::collections::HashMap<TraceId, SpanContext>>,
}

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        if is_client(call) || !has_span(&found) {
            return found;
        }
        let own = span_context(&found);
        let first = lock(&self.state).entry(own.trace_id()).or_insert(own).clone();
        found.with_remote_span_context(first)
    }
}
