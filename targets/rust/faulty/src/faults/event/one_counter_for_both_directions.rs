use crate::support::*;

fault! {
    /// Both directions share a counter.
    models: ["https://github.com/grpc/grpc-go/pull/8237"],
    client: ["message_event_misnumbered"],
    server: ["message_event_misnumbered"],
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
        add_message(cx, message.direction, call.messages(Direction::Sent) + call.messages(Direction::Received));
    }
}
