use crate::support::*;

fault! {
    /// What was sent is told as received, and the other way round.
    models: [],
    client: ["message_event_misdirected"],
    server: ["message_event_misdirected"],
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
        let other = match message.direction {
            Direction::Sent => Direction::Received,
            Direction::Received => Direction::Sent,
        };
        vec![(name_of(other), vec![number(message.id - 1), size(uncompressed(message))])]
    }
}
