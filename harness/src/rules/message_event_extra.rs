use super::Findings;
use super::support::{count, place};
use crate::subject::Case;

rule! {
    /// A message event stands for a message. More events than messages crossed the wire come from a hook that is called
    /// twice for one, or that takes the end of the stream for a message.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "RECEIVED"
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
    ///     rpc.message.type: "RECEIVED"
    ///   event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "SENT"
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
        for direction in tally.directions().into_iter().filter(|direction| direction.exceeds()) {
            let (events, most) = (count(direction.events.len(), "message event"), count(direction.most, "message"));
            let message = format!("The span has {events} for at most {most} {}.", direction.word);
            let key = &direction.events[0].name;
            findings.add_by(source, place(case, &case.ends[tally.end], tally.span).key(key), message);
        }
    }
}
