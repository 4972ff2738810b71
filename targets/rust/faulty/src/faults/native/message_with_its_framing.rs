use crate::support::*;

fault! {
    /// The size of a message has gRPC's five bytes in it.
    models: [],
    client: ["message_event_wrong_size"],
    server: ["message_event_wrong_size"],
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
        vec![(name_of(message.direction), vec![number(message.id - 1), size(uncompressed(message) + 5)])]
    }
}
