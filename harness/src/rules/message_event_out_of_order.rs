use super::Findings;
use super::support::place;
use crate::convention::MessageEventSpec;
use crate::subject::{Case, number_of};
use crate::trace::Event;

rule! {
    /// gRPC's own tracing may tell the size after compression in an event of its own: behind the message's where it is sent,
    /// in front of it where it is received, as the bytes pass. Where the two stand on different spans there is no order.
    ///
    /// ```pass
    /// convention a72
    /// call 0 unary
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   event "Inbound compressed message"
    ///     message-size-compressed: 5
    ///     sequence-number: 0
    ///   event "Inbound message"
    ///     message-size: 7
    ///     sequence-number: 0
    ///   event "Outbound message"
    ///     message-size: 7
    ///     sequence-number: 0
    ///   event "Outbound message compressed"
    ///     message-size-compressed: 5
    ///     sequence-number: 0
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   event "Inbound message"
    ///     message-size: 7
    ///     sequence-number: 0
    ///   ! event "Inbound compressed message"
    ///     message-size-compressed: 5
    ///     sequence-number: 0
    /// ```
    family: Event,
    level: Must,
    source: {
        url: "https://github.com/grpc/proposal/blob/b2aee936dfc2432cafe8777268f1cd78efb92759/A72-open-telemetry-tracing.md#tracing-information",
        clause: "the order of the event must be before the \"Inbound message\" event",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for tally in &case.tallies {
        let Some(size) = &tally.spec.size else { continue };
        let events = &tally.span.events;
        let (sent, received) = (&size.sent_compressed, &size.received_compressed);
        for (first, second, compressed) in [(&tally.spec.sent, sent, sent), (received, &tally.spec.received, received)]
        {
            if is_swapped(tally.spec, events, first, second) {
                let message = format!("An event `{second}` stands before the `{first}` of the same message.");
                findings.add_by(
                    &size.order_source,
                    place(case, &case.ends[tally.end], tally.span).key(compressed),
                    message,
                );
            }
        }
    }
}

/// Whether an event of the second name stands before one of the first that has the same number.
fn is_swapped(spec: &MessageEventSpec, events: &[Event], first: &str, second: &str) -> bool {
    let named = |name: &str| {
        let numbered = events.iter().enumerate().filter(|(_, event)| event.name == name);
        numbered.filter_map(|(at, event)| Some((at, number_of(spec, event)?))).collect::<Vec<_>>()
    };
    let (firsts, seconds) = (named(first), named(second));
    seconds.iter().any(|(at, number)| firsts.iter().any(|(other, same)| same == number && at < other))
}
