use std::cell::LazyCell;

use super::Findings;
use super::support::{Baggage, baggage_of, forwards, incoming_baggage, outgoing, outgoing_baggage, place_of_end};
use crate::subject::Case;

rule! {
    /// A call carries the baggage of its own context. An entry that only another call brought, or that the caller's
    /// context does not have since the call is made in none, has leaked: baggage holds user and tenant, and a callee
    /// that trusts it acts for the wrong one.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// call 1 unary
    /// baggage 0 user=alice
    /// baggage 1 user=bob
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// SERVER Echo/Say <- driver 1
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// call 1 unary
    /// baggage 1 user=bob
    /// wire 0.a baggage=user=bob
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// SERVER Echo/Say <- driver 1
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/context/api-propagators/#inject",
        clause: "The Propagator MUST retrieve the appropriate value from the Context first",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    let carries = outgoing(case).filter(|outgoing| !outgoing.received.baggage.is_empty());
    for outgoing in carries.filter(|outgoing| !forwards(case, outgoing.end.call, "baggage")) {
        let Some(right) = incoming_baggage(case, outgoing.end.call) else { continue };
        let Some(sent) = outgoing_baggage(&outgoing.received.baggage) else { continue };
        let elsewhere = LazyCell::new(|| elsewhere(case, outgoing.end.call));
        let strange =
            |(key, value): &(&String, &String)| !right.contains_key(*key) && elsewhere.get(*key) == Some(*value);
        if let Some((key, _)) = sent.iter().find(strange) {
            let message =
                format!("The callee received the baggage `{key}`, which the context of the call does not have.");
            findings.add(place_of_end(case, outgoing.end).key("baggage"), message);
        }
    }
}

/// What any other call brought or added.
fn elsewhere(case: &Case<'_>, call: usize) -> Baggage {
    let others = (0..case.calls.len()).filter(|other| *other != call);
    let mut baggage = Baggage::new();
    for other in others {
        if case.calls[other].client == crate::scenario::Party::Harness {
            baggage.extend(baggage_of(&case.received(other, 0).baggage).unwrap_or_default());
        }
        let added = case.calls[other].baggage.iter();
        baggage.extend(added.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    }
    baggage
}
