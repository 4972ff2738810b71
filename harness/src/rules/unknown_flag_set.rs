use super::Findings;
use super::support::{outgoing, place_of_end};
use crate::subject::Case;
use crate::transcript::flags;

rule! {
    /// Of the eight trace flags two have a meaning; the others are zero in what is sent, whatever arrived. They belong
    /// to future versions, and a callee of such a version would believe them.
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
    /// wire 0.a traceparent=00-{#1}-09
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again #1
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#other-flags",
        clause: "Vendors MUST set those to zero.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case) {
        let Some(sent) = outgoing.parent() else { continue };
        let version = outgoing.received.traceparent.iter().all(|value| value.starts_with("00-"));
        if version && sent.flags & !(flags::SAMPLED | flags::RANDOM) != 0 {
            let message = "The callee received trace flags that have no meaning yet.";
            findings.add(place_of_end(case, outgoing.end).key("traceparent"), message);
        }
    }
}
