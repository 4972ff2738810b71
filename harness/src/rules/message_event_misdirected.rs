use super::Findings;
use super::support::{count, place};
use crate::subject::Case;

rule! {
    /// A message event says whether the message was sent or received, seen from the span it stands on. Here there are
    /// as many events as messages, and some of them tell the other direction.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    ///     event rpc.message
    ///       rpc.message.type: "SENT"
    ///     event rpc.message
    ///       rpc.message.type: "RECEIVED"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    ///     ! event rpc.message
    ///       rpc.message.type: "SENT"
    ///     event rpc.message
    ///       rpc.message.type: "SENT"
    /// ```
    family: Event,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md#message-event",
        clause: "Whether this is a received or sent message.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for tally in case.tallies.iter().filter(|tally| tally.is_misdirected()) {
        let [sent, received] = tally.directions().map(|direction| direction.events.len());
        let [least, other] = tally.directions().map(|direction| direction.least);
        let message = format!(
            "The span tells {} sent and {received} received, and there were {} sent and {other} received.",
            count(sent, "message"),
            count(least, "message"),
        );
        let first = tally.directions().into_iter().flat_map(|direction| &direction.events).next();
        let key = first.map_or("", |event| event.name.as_str());
        findings.add_by(&tally.spec.attributes, place(case, &case.ends[tally.end], tally.span).key(key), message);
    }
}
