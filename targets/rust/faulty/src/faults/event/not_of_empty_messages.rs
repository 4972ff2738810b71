use crate::support::*;

fault! {
    /// A message without bytes has no event.
    models: ["https://github.com/grpc/grpc-java/pull/11598"],
    client: ["message_event_missing"],
    server: ["message_event_missing"],
    only: ["unary", "stream", "message"],
    conventions: ["rpc-1.38"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if !self.at.is(call) || message.size > 0 {
            Standard.message(call, cx, message);
        }
    }
}
