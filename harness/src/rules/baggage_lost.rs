use super::Findings;
use super::support::{incoming_baggage, outgoing, outgoing_baggage, place_of_end};
use crate::subject::Case;

rule! {
    /// A call made in a handler's context carries the baggage that the handler was called with, and what it added. The
    /// harness sets `OTEL_PROPAGATORS=tracecontext,baggage`, which is the default anyway. A baggage header that breaks
    /// the grammar or the limits promises nothing, and of several headers a getter gives the first, though W3C wants all.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// baggage 0 user=alice
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// baggage 0 user=alice
    /// wire 0 +baggage=tenant=acme
    /// wire 0.a baggage
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
    /// wire 0.a baggage
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
    for outgoing in outgoing(case) {
        let right = incoming_baggage(case, outgoing.end.call).filter(|right| !right.is_empty());
        let Some(right) = right else { continue };
        let Some(sent) = outgoing_baggage(&outgoing.received.baggage) else { continue };
        if let Some(key) = right.keys().find(|key| !sent.contains_key(*key)) {
            let message = format!("The callee did not receive the baggage `{key}` that the caller's context has.");
            findings.add(place_of_end(case, outgoing.end).key("baggage"), message);
        }
    }
}
