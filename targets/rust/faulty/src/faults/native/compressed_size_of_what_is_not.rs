use crate::support::*;

fault! {
    /// A size after compression is told of messages that are not compressed.
    models: [],
    client: ["message_event_malformed"],
    server: ["message_event_malformed"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn of_message(&self, message: Message) -> Vec<KeyValue> {
        vec![number(message.id - 1), size(uncompressed(message)), compressed_size(message)]
    }
}
