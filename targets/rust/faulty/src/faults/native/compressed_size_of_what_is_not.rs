use crate::support::*;

fault! {
    /// A size after compression is told of messages that are not compressed.
    models: [],
    client: ["message_event_malformed"],
    server: ["message_event_malformed"],
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
        vec![(
            name_of(message.direction),
            vec![number(message.id - 1), size(uncompressed(message)), compressed_size(message)],
        )]
    }
}
