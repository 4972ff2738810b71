use super::Findings;
use super::support::{forwards, outgoing, place_of_end, sent_state, state_members};
use crate::scenario::{Context, Party};
use crate::subject::Case;

rule! {
    /// The state of one trace stays with that trace. A member of a `tracestate` that arrived with another call of the case,
    /// and that this call's context does not have, was left over in a shared object, and tells another system about a trace that
    /// it has nothing to do with. (Members of an instrumentation's own are its right, and what
    /// the application puts into the header itself is its own.)
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// call 1 unary
    /// metadata 1 tracestate=foo=1
    ///
    /// SERVER Echo/Say #1 <- driver
    ///   CLIENT Echo/Again #2
    /// SERVER Echo/Say #3 <- driver 1
    ///   trace state: "foo=1"
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// call 1 unary
    /// metadata 0.a tracestate=foo=1
    /// metadata 1 tracestate=foo=1
    ///
    /// SERVER Echo/Say #1 <- driver
    ///   CLIENT Echo/Again #2
    /// SERVER Echo/Say #3 <- driver 1
    ///   trace state: "foo=1"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// call 1 unary
    /// metadata 1 tracestate=foo=1
    /// wire 0.a tracestate=foo=1
    ///
    /// SERVER Echo/Say #1 <- driver
    ///   CLIENT Echo/Again #2
    /// SERVER Echo/Say #3 <- driver 1
    ///   trace state: "foo=1"
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation",
        clause: "The child span MUST inherit all TraceState values of its parent by default.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case).filter(|outgoing| !outgoing.received.tracestate.is_empty()) {
        let call = outgoing.end.call;
        let sent = state_members(&outgoing.received.tracestate);
        if forwards(case, call, "tracestate") {
            continue;
        }
        let own = match case.calls[call].plan.context {
            Context::None => Vec::new(),
            // What a saved context holds, another call brought.
            Context::Saved => continue,
            Context::Current | Context::Unsampled => {
                let Some(incoming) = outgoing.incoming else { continue };
                state_members(&incoming.tracestate)
            }
        };
        let others = (0..case.calls.len()).filter(|other| case.calls[*other].client == Party::Harness);
        let leaked = others
            .filter(|other| Some(*other) != case.calls[call].caller)
            .filter_map(|other| sent_state(case.received(other, 0)))
            .flatten()
            .find(|member| sent.contains(member) && !own.contains(member));
        if let Some((key, _)) = leaked {
            let message = format!("The callee received the member `{key}` of the `tracestate` of another call.");
            findings.add(place_of_end(case, outgoing.end).key("tracestate"), message);
        }
    }
}
