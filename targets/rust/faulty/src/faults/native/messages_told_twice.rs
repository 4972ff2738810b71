use crate::support::*;

fault! {
    /// Every message has two events.
    models: [],
    client: ["message_event_extra"],
    server: ["message_event_extra"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn message(&self, call: &Call, message: Message) -> Vec<Told> {
        [Correct.message(call, message), Correct.message(call, message)].concat()
    }
}
