use crate::support::*;

fault! {
    /// The number of a message is a text.
    models: ["https://github.com/open-telemetry/opentelemetry-js/issues/2984"],
    client: ["message_event_malformed"],
    server: ["message_event_malformed"],
    only: ["unary", "stream", "message"],
    conventions: ["rpc-1.38"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if !self.at.is(call) {
            return Standard.message(call, cx, message);
        }
        let word = if message.direction == Direction::Sent { "SENT" } else { "RECEIVED" };
        cx.span().add_event(
            "rpc.message",
            vec![KeyValue::new("rpc.message.type", word), KeyValue::new("rpc.message.id", message.id.to_string())],
        );
    }
}
