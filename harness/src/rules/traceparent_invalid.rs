use super::Findings;
use super::support::{forwards, outgoing, place_of_end};
use crate::subject::Case;
use crate::transcript::RemoteContext;

rule! {
    /// The `traceparent` that a callee receives is valid by W3C's grammar: lengths, lowercase hexadecimal digits, no id
    /// of zeros. A callee must ignore any other, and the trace ends there.
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
    /// wire 0.a traceparent=00-00000000000000000000000000000000-0000000000000000-00
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/context/api-propagators/#w3c-trace-context-requirements",
        clause: "A W3C Trace Context propagator MUST propagate a valid traceparent value using the same header.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case) {
        let call = outgoing.end.call;
        let bad = match &outgoing.received.context {
            RemoteContext::Absent | RemoteContext::Valid(_) => false,
            RemoteContext::Invalid => true,
            // Of several the application's own may be the bad one.
            RemoteContext::Several(parents) => parents.contains(&None) && !forwards(case, call, "traceparent"),
        };
        if bad {
            let message = "The callee received a `traceparent` that is not valid.";
            findings.add(place_of_end(case, outgoing.end).key("traceparent"), message);
        }
    }
}
