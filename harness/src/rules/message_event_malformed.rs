use super::Findings;
use super::support::place;
use crate::scenario::Compression;
use crate::subject::{Case, Tally, size_of};
use crate::trace::{Event, Value};

rule! {
    /// The attributes of a message event are Recommended: absent they are no finding. Present they have the type and
    /// the values that the convention gives them, or nobody can count messages by them. A size after compression is only for
    /// messages that are compressed.
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
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   ! event "Inbound message"
    ///     message-size: 7
    ///     message-size-compressed: 5
    ///     sequence-number: 0
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
    for tally in &case.tallies {
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
            findings.add_by(
                &tally.spec.attributes,
                place(case, &case.ends[tally.end], tally.span).key(&event.name),
                message,
            );
        }
        check_sizes(case, tally, findings);
    }
}

fn check_sizes(case: &Case<'_>, tally: &Tally<'_>, findings: &mut Findings) {
    let Some(size) = &tally.spec.size else { return };
    let compresses = case.call(&case.ends[tally.end]).plan.compression != Compression::Identity;
    let problem = |event: &&Event| {
        let value =
            |key: &str| event.attributes.iter().find(|attribute| attribute.key == key).map(|found| &found.value);
        let values = [size_of(tally.spec, event), value(&size.compressed_key)];
        if values.into_iter().flatten().any(|value| !matches!(value, Value::Int(_))) {
            Some("A message event's size is no integer.")
        } else if values[1].is_some() && !compresses {
            Some("A message event has a size after compression, and nothing was compressed.")
        } else {
            None
        }
    };
    if let Some((event, message)) = tally.events().find_map(|event| Some((event, problem(&event)?))) {
        findings.add_by(
            &tally.spec.attributes,
            place(case, &case.ends[tally.end], tally.span).key(&event.name),
            message,
        );
    }
}
