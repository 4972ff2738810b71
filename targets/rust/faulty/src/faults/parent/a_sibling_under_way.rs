use crate::support::*;

fault! {
    /// Of calls side by side, each later one is the child of the one before, which is still under way.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/4088"],
    client: ["parent_of_another_call"],
    only: ["relay", "concurrency"],
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<std::collections::HashMap<SpanId, SpanContext>>,
}

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let around = span_context(parent);
        if is_server(call) || !around.is_valid() {
            return Standard.start(call, tracer, builder, parent);
        }
        let before = lock(&self.state).get(&around.span_id()).cloned();
        let below = before.map_or_else(|| parent.clone(), |before| parent.with_remote_span_context(before));
        let cx = Standard.start(call, tracer, builder, &below);
        lock(&self.state).insert(around.span_id(), span_context(&cx));
        cx
    }
}
