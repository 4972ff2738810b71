use crate::support::*;

fault! {
    /// A client writes its events to the span around it: that of the handler, which has events of its own.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/4098"],
    client: ["message_event_missing", "message_event_extra"],
    only: ["unary", "stream", "relay"],
    conventions: ["rpc-1.38"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        Standard.start(call, tracer, builder, parent).with_value(Outside(parent.clone()))
    }
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        match cx.get::<Outside>() {
            Some(Outside(around)) if is_client(call) => Standard.message(call, around, message),
            _ => Standard.message(call, cx, message),
        }
    }
}

/// The context around a client's span.
struct Outside(Context);
