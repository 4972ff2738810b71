use super::Findings;
use super::support::place;
use crate::convention::Side;
use crate::subject::{Case, size_of};
use crate::trace::Value;

rule! {
    /// The size that a message event tells is that of a message that this end sent, or received: the encoded message,
    /// before compression, and without gRPC's framing. Up to 1.38 the size is Recommended, and absent it is no finding.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   event rpc.message
    ///     rpc.message.id: 1
    ///     rpc.message.type: "RECEIVED"
    ///     rpc.message.uncompressed_size: 0
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
    ///     rpc.message.uncompressed_size: 5
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   ! event "Inbound message"
    ///     message-size: 5
    ///     sequence-number: 0
    /// ```
    family: Event,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md#message-event",
        clause: "Uncompressed size of the message in bytes.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for tally in &case.tallies {
        let end = &case.ends[tally.end];
        let (own, other) = match end.side {
            Side::Client | Side::Attempt => (Side::Client, Side::Server),
            Side::Server => (Side::Server, Side::Client),
        };
        for (direction, sender) in [(&tally.sent, own), (&tally.received, other)] {
            let told = direction.events.iter().filter_map(|event| match size_of(tally.spec, event)? {
                Value::Int(size) => Some((event, *size)),
                _ => None,
            });
            for (event, size) in told.filter(|(_, size)| !case.may_send(end.call, sender, *size)) {
                let place = place(case, end, tally.span).key(&event.name);
                let message = format!("No message that was {} is {size} bytes long.", direction.word);
                // Who requires the size says what it is; others only recommend it.
                match &tally.spec.size {
                    Some(_) => findings.add_by(&tally.spec.attributes, place, message),
                    None => findings.add(place, message),
                }
            }
        }
    }
}
