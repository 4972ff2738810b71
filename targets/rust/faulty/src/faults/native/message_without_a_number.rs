use crate::support::*;

fault! {
    /// A message's event has no number.
    models: [],
    client: ["message_event_incomplete"],
    server: ["message_event_incomplete"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn of_message(&self, message: Message) -> Vec<KeyValue> {
        vec![size(uncompressed(message))]
    }
}
