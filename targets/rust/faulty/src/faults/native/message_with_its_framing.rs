use crate::support::*;

fault! {
    /// The size of a message has gRPC's five bytes in it.
    models: [],
    client: ["message_event_wrong_size"],
    server: ["message_event_wrong_size"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn of_message(&self, message: Message) -> Vec<KeyValue> {
        vec![number(message.id - 1), size(uncompressed(message) + 5)]
    }
}
