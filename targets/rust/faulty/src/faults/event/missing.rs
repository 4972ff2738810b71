use crate::support::*;

fault! {
    /// Messages have no events. One shape at a time.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4536"],
    client: ["message_event_missing"],
    server: ["message_event_missing"],
    each: SHAPES,
    only: ["unary", "stream", "message"],
    conventions: ["rpc-1.38", "rpc-dup"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if !self.at.is(call) {
            Standard.message(call, cx, message);
        }
    }
}
