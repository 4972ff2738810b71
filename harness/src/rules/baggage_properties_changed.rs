use super::Findings;
use super::support::{forwards, incoming_baggage, outgoing, outgoing_baggage, place_of_end, properties};
use crate::subject::Case;

rule! {
    /// The properties of a baggage entry, what follows its value behind `;`, are passed on with it as they came: a
    /// propagator keeps them as the entry's metadata, which it does not look into. An entry that does not arrive, or arrives with another value, is other rules' business.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// baggage 0 user=alice;ttl=30;internal
    /// wire 0.a baggage=user=alice;internal;ttl=30
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// baggage 0 user=alice;ttl=30
    /// wire 0.a baggage=user=alice
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/baggage/api/#propagation",
        clause: "On inject, the propagator should append the metadata per the W3C specification format.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case).filter(|outgoing| !outgoing.received.baggage.is_empty()) {
        let call = outgoing.end.call;
        let Some(incoming) = outgoing.incoming.filter(|_| !forwards(case, call, "baggage")) else { continue };
        let had = properties(&incoming.baggage);
        let Some(right) = incoming_baggage(case, call).filter(|_| !had.is_empty()) else { continue };
        let Some(sent) = outgoing_baggage(&outgoing.received.baggage) else { continue };
        let has = properties(&outgoing.received.baggage);
        let is_added = |key: &str| case.calls[call].baggage.iter().any(|(own, _)| *own == key);
        let is_changed = |key: &&String| sent.get(*key) == right.get(*key) && has.get(*key) != had.get(*key);
        if let Some(key) = had.keys().filter(|key| !is_added(key)).find(is_changed) {
            let message = format!("The callee received the baggage `{key}` with other properties than it came with.");
            findings.add(place_of_end(case, outgoing.end).key("baggage"), message);
        }
    }
}
