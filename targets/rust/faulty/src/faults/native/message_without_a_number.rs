use crate::support::*;

fault! {
    /// A message's event has no number.
    models: [],
    client: ["message_event_incomplete"],
    server: ["message_event_incomplete"],
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
        vec![(name_of(message.direction), vec![size(uncompressed(message))])]
    }
}
