use crate::support::*;

fault! {
    /// Every message is number 1.
    models: ["https://github.com/grpc/grpc-go/pull/8237"],
    client: ["message_event_repeated"],
    server: ["message_event_repeated"],
    only: ["unary", "stream", "message"],
    conventions: ["rpc-1.38"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if self.at.is(call) {
            add_message(cx, message.direction, 1);
        } else {
            Standard.message(call, cx, message);
        }
    }
}
