use crate::support::*;

fault! {
    /// A handler runs in the context of the first request of its trace: contexts are kept by trace.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    server: ["server_span_not_current"],
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<std::collections::HashMap<TraceId, Context>>,
}

impl Policy for Broken {
    fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
        if is_client(call) {
            return Standard.attach(call, stage, own, outer);
        }
        let first = lock(&self.state).entry(span_context(own).trace_id()).or_insert_with(|| own.clone()).clone();
        Some(first.attach())
    }
}
