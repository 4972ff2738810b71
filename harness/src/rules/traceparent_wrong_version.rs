use super::Findings;
use super::support::{outgoing, place_of_end};
use crate::subject::Case;

rule! {
    /// A `traceparent` of a version that the target does not know is read as far as possible, and passed on as version
    /// 00, the only one there is. Who repeats the unknown version speaks for a specification that nobody has written.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// wire 0.a traceparent=cc-{#1}-01
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again #1
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#versioning-of-traceparent",
        clause: "Vendors MUST use these fields to construct the new traceparent field according to the highest version of the specification known to the implementation (in this specification it is 00).",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case).filter(|outgoing| outgoing.parent().is_some()) {
        if !outgoing.received.traceparent.iter().all(|value| value.starts_with("00-")) {
            let message = "The callee received a `traceparent` of another version than 00.";
            findings.add(place_of_end(case, outgoing.end).key("traceparent"), message);
        }
    }
}
