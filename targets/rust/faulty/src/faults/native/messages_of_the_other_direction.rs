use crate::support::*;

fault! {
    /// What was sent is told as received, and the other way round.
    models: [],
    client: ["message_event_misdirected"],
    server: ["message_event_misdirected"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn message(&self, call: &Call, message: Message) -> Vec<Told> {
        let other = match message.direction {
            Direction::Sent => Direction::Received,
            Direction::Received => Direction::Sent,
        };
        vec![(name_of(other), self.of_message(message))]
    }
}
