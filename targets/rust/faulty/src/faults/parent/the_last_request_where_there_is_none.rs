use crate::support::*;

fault! {
    /// A server that gets no context takes the last one that it got.
    models: ["https://github.com/census-instrumentation/opencensus-cpp/issues/312"],
    server: ["parent_of_another_call"],
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<Option<SpanContext>>,
}

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        if is_client(call) {
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
