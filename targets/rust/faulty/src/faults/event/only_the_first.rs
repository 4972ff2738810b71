use crate::support::*;

fault! {
    /// Only the first message of a stream has an event.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4536"],
    client: ["message_event_missing"],
    server: ["message_event_missing"],
    only: ["stream", "message"],
    conventions: ["rpc-1.38"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if !self.at.is(call) || message.id == 1 {
            Standard.message(call, cx, message);
        }
    }
}
