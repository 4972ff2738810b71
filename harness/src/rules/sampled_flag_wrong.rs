use super::Findings;
use super::support::{outgoing, place_of_end};
use crate::subject::Case;
use crate::transcript::flags;

rule! {
    /// The sampled flag that a callee receives says whether the caller recorded its span. Not set beside a span that
    /// was exported, it cuts the rest of the trace off; set in a context that is not sampled, it makes callees record
    /// pieces of a trace that nobody wants.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary unsampled
    /// call 0.a unary -> peer
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// wire 0.a traceparent=00-{#1}-00
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again #1
    /// ```
    family: Propagation,
    level: Should,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#sampled-flag",
        clause: "If a component made definitive recording decision - this decision SHOULD be reflected in the sampled flag.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case) {
        let Some(sent) = outgoing.parent() else { continue };
        let sampled = sent.flags & flags::SAMPLED != 0;
        let message = match outgoing.span {
            Some(_) if !sampled => "The call's span was exported, and the callee was told that it is not sampled.",
            None if sampled && case.is_sampled(outgoing.end) == Some(false) && is_same_trace(case, &outgoing, sent) => {
                "The context of the call is not sampled, and the callee was told that it is."
            }
            _ => continue,
        };
        findings.add(place_of_end(case, outgoing.end).key("traceparent"), message);
    }
}

fn is_same_trace(
    case: &Case<'_>,
    outgoing: &super::support::Outgoing<'_, '_>,
    sent: crate::transcript::TraceParent,
) -> bool {
    case.expected_parent(outgoing.end).parent().is_some_and(|parent| parent.trace_id == sent.trace_id)
}
