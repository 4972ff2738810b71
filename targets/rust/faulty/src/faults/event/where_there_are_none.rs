use crate::support::*;

fault! {
    /// Messages have events under a convention that has none any more.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4536"],
    client: ["message_event_extra"],
    server: ["message_event_extra"],
    only: ["unary", "stream"],
    conventions: ["rpc-1.39"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if self.at.is(call) {
            add_message(cx, message.direction, message.id);
        }
    }
}
