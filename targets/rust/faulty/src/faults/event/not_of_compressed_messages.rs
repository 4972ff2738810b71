use crate::support::*;

fault! {
    /// A message that is compressed has no event.
    models: ["https://github.com/grpc/grpc-java/pull/11598"],
    client: ["message_event_missing"],
    server: ["message_event_missing"],
    only: ["message", "unary/ok"],
    conventions: ["rpc-1.38"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if !self.at.is(call) || !message.compressed {
            Standard.message(call, cx, message);
        }
    }
}
