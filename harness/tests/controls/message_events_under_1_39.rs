use crate::support::*;

use tonic_trace_reference::Direction;

/// Makes an event of each message, whatever the convention.
pub(crate) struct Counting;

impl Policy for Counting {
    fn message(&self, _: &Call, cx: &Context, message: Message) {
        let direction = match message.direction {
            Direction::Sent => "SENT",
            Direction::Received => "RECEIVED",
        };
        let id = i64::try_from(message.id).unwrap_or(i64::MAX);
        let attributes = vec![KeyValue::new("rpc.message.type", direction), KeyValue::new("rpc.message.id", id)];
        cx.span().add_event("rpc.message", attributes);
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A span of 1.39 has an event for each message: its attributes are defined still, and deprecated from 1.40 on, which is no prohibition.",
    seen: "https://github.com/open-telemetry/opentelemetry-go-contrib/issues/3679",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.39.0/docs/registry/attributes/rpc.md#rpc-message-id",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Counting),
    shows: |evidence| any(evidence, |span| span.events.iter().any(|event| event.name == "rpc.message")),
};
