use super::Findings;
use super::support::place;
use crate::subject::Case;

rule! {
    /// Message events are numbered from 1 in each direction, so that sender and receiver give a message the same
    /// number. A number that no message of that direction can have comes from counting from 0, or from one counter for
    /// both. gRPC's own tracing counts from 0, anew on each attempt.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "RECEIVED"
    ///   event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "SENT"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   ! event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "RECEIVED"
    ///   event rpc.message
    ///     rpc.message.id: 2
    ///     rpc.message.type: "SENT"
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer attempts=2
    /// arrived 0.a #1 #2
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again
    ///     INTERNAL Attempt.Echo.Again #1
    ///       event "Outbound message"
    ///         sequence-number: 0
    ///     INTERNAL Attempt.Echo.Again #2
    ///       ! event "Outbound message"
    ///         sequence-number: 1
    /// ```
    family: Event,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md#message-event",
        clause: "MUST be calculated as two different counters starting from 1 one for sent messages and one for received message",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for tally in &case.tallies {
        for direction in tally.directions() {
            let first = tally.spec.first_id;
            let highest = direction.most.max(direction.events.len());
            let last = i64::try_from(highest).map_or(i64::MAX, |highest| highest.saturating_add(first - 1));
            let strange = |number: &i64| *number < first || *number > last;
            let numbers = direction.events.iter().filter_map(|event| tally.number(event));
            if let Some(number) = numbers.into_iter().find(strange) {
                let word = direction.word;
                let message = format!("A {word} message is number {number}, and there can be only {first} to {last}.");
                let key = &direction.events[0].name;
                findings.add_by(
                    &tally.spec.attributes,
                    place(case, &case.ends[tally.end], tally.span).key(key),
                    message,
                );
            }
        }
    }
}
