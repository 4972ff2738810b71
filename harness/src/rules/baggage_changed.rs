use super::Findings;
use super::support::{incoming_baggage, outgoing, outgoing_baggage, place_of_end};
use crate::subject::Case;

rule! {
    /// Baggage is passed on as it came: a key keeps its value. Values are compared decoded, so that another way of
    /// escaping is no change, and order and properties do not count.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// baggage 0 user=al%20ice
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// baggage 0 user=alice
    /// wire 0.a baggage=user=ALICE
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Should,
    source: {
        url: "https://www.w3.org/TR/baggage/#mutating-baggage",
        clause: "A system receiving a baggage request header SHOULD send it to outgoing requests.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case).filter(|outgoing| !outgoing.received.baggage.is_empty()) {
        let Some(right) = incoming_baggage(case, outgoing.end.call) else { continue };
        let Some(sent) = outgoing_baggage(&outgoing.received.baggage) else { continue };
        let changed = right.iter().find(|(key, value)| sent.get(*key).is_some_and(|sent| sent != *value));
        if let Some((key, _)) = changed {
            let message = format!("The callee received the baggage `{key}` with another value than the caller has.");
            findings.add(place_of_end(case, outgoing.end).key("baggage"), message);
        }
    }
}
