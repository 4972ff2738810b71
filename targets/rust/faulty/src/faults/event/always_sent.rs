use crate::support::*;

fault! {
    /// Every message is called sent.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/4098"],
    client: ["message_event_misdirected"],
    server: ["message_event_misdirected"],
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
            add_message(cx, Direction::Sent, message.id);
        } else {
            Standard.message(call, cx, message);
        }
    }
}
