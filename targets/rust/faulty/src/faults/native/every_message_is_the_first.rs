use crate::support::*;

fault! {
    /// Every message has the number 0.
    models: [],
    client: ["message_event_repeated"],
    server: ["message_event_repeated"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(Broken { at }),
}

struct Broken {
    at: At,
}

impl Native for Broken {
    fn message(&self, call: &Call, message: Message) -> Vec<Told> {
        if !self.at.is(call) {
            return Correct.message(call, message);
        }
        vec![(name_of(message.direction), vec![number(0), size(uncompressed(message))])]
    }
}
