use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "The event of a message has its number and its direction, and no size: sizes are only recommended.",
    seen: "https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/4098",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md#message-event",
    conventions: &["rpc-1.38", "rpc-dup"],
    parts: || Parts::policy(crate::message_events_under_1_39::Counting),
    shows: |evidence| any(evidence, |span| span.events.iter().any(|event| event.name == "rpc.message")),
};
