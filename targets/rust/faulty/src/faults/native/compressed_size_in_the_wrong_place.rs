use crate::support::*;

fault! {
    /// The size after compression is told behind a message that was received, and in front of one that was sent.
    models: [],
    client: ["message_event_out_of_order"],
    server: ["message_event_out_of_order"],
    only: ["message/gzip"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn message(&self, call: &Call, message: Message) -> Vec<Told> {
        let compressed = match message.direction {
            _ if !message.compressed => return Correct.message(call, message),
            Direction::Sent => "Outbound message compressed",
            Direction::Received => "Inbound compressed message",
        };
        let mut events = vec![
            (name_of(message.direction), vec![number(message.id - 1), size(uncompressed(message))]),
            (compressed, vec![number(message.id - 1), compressed_size(message)]),
        ];
        if message.direction == Direction::Sent {
            events.reverse();
        }
        events
    }
}
