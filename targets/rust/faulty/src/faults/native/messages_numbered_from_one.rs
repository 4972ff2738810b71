use crate::support::*;

fault! {
    /// Messages are numbered from 1.
    models: [],
    client: ["message_event_misnumbered"],
    server: ["message_event_misnumbered"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn of_message(&self, message: Message) -> Vec<KeyValue> {
        vec![number(message.id), size(uncompressed(message))]
    }
}
