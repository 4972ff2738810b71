use super::Findings;
use super::support::{place, tallies};
use crate::subject::Case;
use crate::trace::Value;

rule! {
    /// The attributes of a message event are Recommended: absent they are no finding. Present they have the type and
    /// the values that the convention gives them, or nobody can count messages by them.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   event rpc.message
    ///     rpc.message.type: "RECEIVED"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   ! event rpc.message
    ///     rpc.message.id: "1"
    ///     rpc.message.type: "inbound"
    /// ```
    family: Event,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md#message-event",
        clause: "If one of them applies, then the respective value MUST be used",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for tally in tallies(case) {
        let all = tally.directions().map(|direction| &direction.events).into_iter().flatten().chain(&tally.other);
        let malformed = all.copied().find(|event| {
            let (direction, id) = tally.raw(event);
            let known = |value: &Value| {
                matches!(value, Value::String(text) if *text == tally.spec.sent || *text == tally.spec.received)
            };
            direction.is_some_and(|value| !known(value)) || id.is_some_and(|value| !matches!(value, Value::Int(_)))
        });
        if let Some(event) = malformed {
            let message = "A message event's direction or number is none that the convention knows.";
            findings.add_by(&tally.spec.attributes, place(case, tally.end, tally.span).key(&event.name), message);
        }
    }
}
