use super::Findings;
use super::support::{Member, outgoing, place_of_end, sent_state, state_members};
use crate::subject::Case;

rule! {
    /// Whoever passes a `tracestate` on keeps its members in their order. New members and changed ones go to the front;
    /// a member that is changed where it stands, or an order that is not kept, tells the next in line that somebody
    /// else was the last to touch the trace.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// metadata 0 tracestate=foo=1,bar=2
    /// wire 0.a tracestate=bar=3,foo=1
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// metadata 0 tracestate=foo=1,bar=2
    /// wire 0.a tracestate=bar=2,foo=1
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#mutating-the-tracestate-field",
        clause: "the order of unmodified key/value pairs MUST be preserved. Modified keys MUST be moved to the beginning (left) of the list.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case) {
        let Some(came) = outgoing.incoming.and_then(sent_state) else { continue };
        let sent = state_members(&outgoing.received.tracestate);
        if !keeps_order(&came, &sent) {
            let message =
                "The callee received the `tracestate` with members that are out of order or changed in place.";
            findings.add(place_of_end(case, outgoing.end).key("tracestate"), message);
        }
    }
}

/// Whether what was sent are any members, and behind them only members that came, in their order.
fn keeps_order(came: &[Member<'_>], sent: &[Member<'_>]) -> bool {
    let mut kept: Vec<&Member<'_>> = sent.iter().filter(|member| came.contains(member)).collect();
    // That a member is repeated is another rule's business.
    let mut seen = std::collections::BTreeSet::new();
    kept.retain(|member| seen.insert(*member));
    let in_order: Vec<&Member<'_>> = came.iter().filter(|member| kept.contains(member)).collect();
    let first_kept = sent.iter().position(|member| came.contains(member)).unwrap_or(sent.len());
    let modified_behind = sent[first_kept..].iter().any(|member| !came.contains(member));
    kept == in_order && !modified_behind
}
