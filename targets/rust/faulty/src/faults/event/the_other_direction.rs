use crate::support::*;

fault! {
    /// What is sent is called received, and the other way round.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/4098"],
    client: ["message_event_misdirected"],
    server: ["message_event_misdirected"],
    only: ["unary", "stream", "message"],
    conventions: ["rpc-1.38", "rpc-dup"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        let other = if message.direction == Direction::Sent { Direction::Received } else { Direction::Sent };
        if self.at.is(call) {
            add_message(cx, other, message.id);
        } else {
            Standard.message(call, cx, message);
        }
    }
}
