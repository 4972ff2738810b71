use crate::support::*;

fault! {
    /// Every message has the number 0.
    models: [],
    client: ["message_event_repeated"],
    server: ["message_event_repeated"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn of_message(&self, message: Message) -> Vec<KeyValue> {
        vec![number(0), size(uncompressed(message))]
    }
}
