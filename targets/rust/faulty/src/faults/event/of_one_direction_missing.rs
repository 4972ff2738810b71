use crate::support::*;

fault! {
    /// Messages that are sent, or that are received, have no events.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/4098"],
    client: ["message_event_missing"],
    server: ["message_event_missing"],
    each: ["sent", "received"],
    only: ["unary", "stream", "message"],
    conventions: ["rpc-1.38"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        let left_out = if self.at.each == Some("sent") { Direction::Sent } else { Direction::Received };
        if !self.at.is(call) || message.direction != left_out {
            Standard.message(call, cx, message);
        }
    }
}
