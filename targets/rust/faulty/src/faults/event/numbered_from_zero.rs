use crate::support::*;

fault! {
    /// Messages are numbered from 0.
    models: ["https://github.com/grpc/grpc-go/pull/8237"],
    client: ["message_event_misnumbered"],
    server: ["message_event_misnumbered"],
    only: ["unary", "stream", "message"],
    conventions: ["rpc-1.38", "rpc-dup"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if self.at.is(call) {
            add_message(cx, message.direction, message.id - 1);
        } else {
            Standard.message(call, cx, message);
        }
    }
}
