use super::Findings;
use super::support::{count, place};
use crate::subject::Case;

rule! {
    /// Up to 1.38 the conventions ask for an event for each message, on the spans of both ends. Fewer events than
    /// messages that the applications are known to have handled are a finding; from 1.39 on, where the events went
    /// away, their absence is none. gRPC's own tracing has them on attempts and servers, and those of messages received may stand
    /// on the call. Events that a limit dropped are not missed.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 server-stream received=2
    ///
    /// ! SERVER Echo/Say <- driver
    ///   event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "RECEIVED"
    ///   event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "SENT"
    /// ```
    ///
    /// ```pass
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   event "Inbound message"
    ///   event "Outbound message"
    ///   CLIENT Sent.Echo.Again
    ///     event "Inbound message"
    ///     INTERNAL Attempt.Echo.Again
    ///       event "Outbound message"
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer received=2
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   event "Inbound message"
    ///   event "Outbound message"
    ///   CLIENT Sent.Echo.Again
    ///     event "Inbound message"
    ///     ! INTERNAL Attempt.Echo.Again
    ///       event "Outbound message"
    /// ```
    family: Event,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md#message-event",
        clause: "an event for each message sent/received on client and server spans SHOULD be created",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for tally in case.tallies.iter().filter(|tally| !tally.is_misdirected()) {
        let Some(source) = &tally.spec.each_message else { continue };
        for direction in tally.directions().into_iter().filter(|direction| direction.lacks()) {
            // An event without a known direction may be the one that is missed.
            if direction.events.len() + tally.other.len() < direction.least {
                let (events, least) = (direction.events.len(), count(direction.least, "message"));
                let message = format!("{least} {}, and the span has {}.", direction.word, count(events, "event"));
                findings.add_by(source, place(case, &case.ends[tally.end], tally.span), message);
            }
        }
    }
}
