use crate::support::*;

fault! {
    /// All calls of a handler send the context of its first: the metadata object is reused.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/11237"],
    client: ["traceparent_not_of_client_span"],
    only: ["relay", "concurrency", "unary/in-turn"],
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<std::collections::HashMap<SpanId, Context>>,
}

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        let around = span_context(&Context::current()).span_id();
        let first = lock(&self.state).entry(around).or_insert_with(|| cx.clone()).clone();
        Standard.inject(call, &first, headers);
    }
}
