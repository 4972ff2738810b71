use crate::support::*;

fault! {
    /// Each message has an event for each of its frames, numbered through.
    models: ["https://github.com/grpc/grpc-java/pull/11598"],
    client: ["message_event_extra"],
    server: ["message_event_extra"],
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
        add_message(cx, message.direction, 2 * message.id - 1);
        add_message(cx, message.direction, 2 * message.id);
    }
}
