use crate::support::*;

fault! {
    /// Where a call is made in no context, the last one of the process is taken.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["parent_despite_missing_context"],
    only: ["concurrency/contexts", "context", "relay"],
    alone: true,
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<Option<SpanContext>>,
}

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        if is_server(call) {
            return found;
        }
        let mut last = lock(&self.state);
        if has_span(&found) {
            *last = Some(span_context(&found));
            return found;
        }
        match last.clone() {
            Some(last) => found.with_remote_span_context(last),
            None => found,
        }
    }
}
