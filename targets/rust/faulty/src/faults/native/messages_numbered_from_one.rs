use crate::support::*;

fault! {
    /// Messages are numbered from 1.
    models: [],
    client: ["message_event_misnumbered"],
    server: ["message_event_misnumbered"],
    each: SHAPES,
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
        vec![(name_of(message.direction), vec![number(message.id), size(uncompressed(message))])]
    }
}
