use crate::support::*;

fault! {
    /// The direction is written in lower case.
    models: ["https://github.com/grpc/grpc-java/pull/11974"],
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
        let word = if message.direction == Direction::Sent { "sent" } else { "received" };
        let id = i64::try_from(message.id).unwrap_or_default();
        cx.span().add_event(
            "rpc.message",
            vec![KeyValue::new("rpc.message.type", word), KeyValue::new("rpc.message.id", id)],
        );
    }
}
