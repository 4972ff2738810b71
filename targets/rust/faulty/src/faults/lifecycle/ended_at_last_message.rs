use crate::support::*;

fault! {
    /// The span has the time of the last message that went by, not that of the trailers, which may be long after.
    models: ["https://github.com/open-telemetry/opentelemetry-ebpf-instrumentation/issues/2992"],
    client: ["part_of_call_not_covered"],
    server: ["part_of_call_not_covered"],
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<std::collections::HashMap<SpanId, SystemTime>>,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if self.at.is(call) {
            lock(&self.state).insert(span_context(cx).span_id(), SystemTime::now());
        }
        Standard.message(call, cx, message);
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        let time = lock(&self.state).remove(&span_context(cx).span_id());
        cx.span().end_with_timestamp(time.unwrap_or_else(SystemTime::now));
    }
}
