use crate::support::*;

fault! {
    /// The events of a stream go to the span that was started last, which is another call's while two are under way.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["message_event_missing"],
    server: ["message_event_missing"],
    only: ["relay", "concurrency"],
    conventions: ["rpc-1.38"],
    alone: true,
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<Option<Context>>,
}

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let cx = Standard.start(call, tracer, builder, parent);
        if self.at.is(call) {
            *lock(&self.state) = Some(cx.clone());
        }
        cx
    }
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        let last = lock(&self.state).clone().filter(|_| self.at.is(call));
        Standard.message(call, last.as_ref().unwrap_or(cx), message);
    }
}
