use super::Findings;
use super::support::{forwards, outgoing, place_of_end, state_members};
use crate::subject::Case;
use crate::transcript::RemoteContext;

rule! {
    /// A `tracestate` means something only beside the `traceparent` it came with. If that was invalid or missing the
    /// trace begins anew, and the old state does not go with it. What a handler forwards by its own code is its own
    /// business.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary no-context
    /// call 0.a unary -> peer
    /// metadata 0 tracestate=foo=1
    ///
    /// SERVER Echo/Say
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary no-context
    /// ! call 0.a unary -> peer
    /// metadata 0 tracestate=foo=1
    /// wire 0.a tracestate=foo=1
    ///
    /// SERVER Echo/Say
    ///   CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#tracestate-header",
        clause: "If the vendor failed to parse traceparent, it MUST NOT attempt to parse tracestate.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    let carries = outgoing(case).filter(|outgoing| !outgoing.received.tracestate.is_empty());
    for outgoing in carries.filter(|outgoing| !forwards(case, outgoing.end.call, "tracestate")) {
        let Some(incoming) = outgoing.incoming else { continue };
        if !matches!(incoming.context, RemoteContext::Absent | RemoteContext::Invalid) {
            continue;
        }
        let came = state_members(&incoming.tracestate);
        let sent = state_members(&outgoing.received.tracestate);
        if sent.iter().any(|member| came.contains(member)) {
            let message = "The callee received a `tracestate` that had arrived without a valid `traceparent`.";
            findings.add(place_of_end(case, outgoing.end).key("tracestate"), message);
        }
    }
}
