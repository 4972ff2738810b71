use crate::support::*;

fault! {
    /// Each message has two events with the same number.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/5068"],
    client: ["message_event_repeated", "message_event_extra"],
    server: ["message_event_repeated", "message_event_extra"],
    only: ["unary", "stream", "message"],
    conventions: ["rpc-1.38"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        Standard.message(call, cx, message);
        if self.at.is(call) {
            Standard.message(call, cx, message);
        }
    }
}
