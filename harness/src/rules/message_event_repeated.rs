use std::collections::BTreeSet;

use super::Findings;
use super::support::place;
use crate::subject::Case;

rule! {
    /// Two events of one direction have the same number: one message was told twice, or the counter does not count.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 server-stream received=2
    ///
    /// SERVER Echo/Say <- driver
    ///   event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "SENT"
    ///   event rpc.message
    ///     rpc.message.id: 2
    ///     rpc.message.type: "SENT"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 server-stream received=2
    ///
    /// SERVER Echo/Say <- driver
    ///   ! event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "SENT"
    ///   event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "SENT"
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
            let mut seen = BTreeSet::new();
            let mut numbers = direction.events.iter().filter_map(|event| tally.number(event));
            if let Some(number) = numbers.find(|number| !seen.insert(*number)) {
                let message = format!("Several events stand for {} message number {number}.", direction.word);
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
