use crate::support::*;

fault! {
    /// A message's event has no size.
    models: ["https://github.com/grpc/grpc-java/pull/11598"],
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
        vec![number(message.id - 1)]
    }
}
