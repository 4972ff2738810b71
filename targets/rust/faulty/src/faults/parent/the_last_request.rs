use crate::support::*;

fault! {
    /// A server takes the context of the request before: a pooled object kept it.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    server: ["parent_of_another_call"],
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<Option<SpanContext>>,
}

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        if is_client(call) || !has_span(&found) {
            return found;
        }
        match lock(&self.state).replace(span_context(&found)) {
            Some(last) => found.with_remote_span_context(last),
            None => found,
        }
    }
}
