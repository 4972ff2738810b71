use std::collections::BTreeSet;

use super::Findings;
use super::support::{forwards, outgoing, place_of_end, state_members};
use crate::subject::{Case, Received};

rule! {
    /// A key occurs once in a `tracestate`. Twice it comes from a header that is added to instead of replaced, or from
    /// a vendor that puts its new value in front and leaves the old one behind. A list that arrived with repeated keys
    /// excuses it.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// metadata 0 tracestate=foo=1
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// metadata 0 tracestate=foo=1
    /// wire 0.a +tracestate=foo=1
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#mutating-the-tracestate-field",
        clause: "Adding a key/value pair MUST NOT result in the same key being present multiple times.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case).filter(|outgoing| !outgoing.received.tracestate.is_empty()) {
        let came = outgoing.incoming.is_some_and(repeats);
        let own = case.call(outgoing.end).plan.metadata.iter().any(|(key, _)| key == "tracestate");
        if !came && !own && repeats(outgoing.received) {
            // Forwarded metadata with an injected copy beside it is the offence, and no excuse.
            let how = if forwards(case, outgoing.end.call, "tracestate") { ", beside forwarded metadata" } else { "" };
            let message = format!("The callee received a `tracestate` in which a key is repeated{how}.");
            findings.add(place_of_end(case, outgoing.end).key("tracestate"), message);
        }
    }
}

fn repeats(received: &Received<'_>) -> bool {
    let mut seen = BTreeSet::new();
    state_members(&received.tracestate).into_iter().any(|(key, _)| !seen.insert(key))
}
