use crate::support::*;

fault! {
    /// An event has no name.
    models: [],
    client: ["event_without_name"],
    server: ["event_without_name"],
    only: ["unary/ok"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if self.at.is(call) {
            cx.span().add_event("", Vec::new());
        }
    }
}
