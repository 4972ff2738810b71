use crate::support::*;

fault! {
    /// Messages that are received have no events.
    models: [],
    client: ["message_event_missing"],
    server: ["message_event_missing"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn message(&self, call: &Call, message: Message) -> Vec<Told> {
        match message.direction {
            Direction::Sent => Correct.message(call, message),
            Direction::Received => Vec::new(),
        }
    }
}
