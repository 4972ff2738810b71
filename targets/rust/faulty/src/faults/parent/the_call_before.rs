use crate::support::*;

fault! {
    /// A call that is made when another has completed becomes that one's child: its context is still current in the
    /// callback.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/4088"],
    client: ["parent_of_another_call"],
    only: ["relay", "unary/in-turn"],
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<std::collections::HashMap<TraceId, SpanContext>>,
}

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        let own = span_context(&found);
        let last = lock(&self.state).get(&own.trace_id()).cloned();
        match last {
            Some(last) if is_client(call) && own.is_valid() => found.with_remote_span_context(last),
            _ => found,
        }
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        let own = span_context(cx);
        if is_client(call) {
            lock(&self.state).insert(own.trace_id(), own);
        }
        cx.span().end();
    }
}
