use super::Findings;
use super::support::{outgoing, place_of_end};
use crate::subject::Case;

rule! {
    /// The trace id that a callee receives is that of the span of the call, or where there is none, of the context in
    /// which the call was made. With another one the callee's spans are in a trace that nobody else is in.
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
    /// wire 0.a traceparent=00-99999999999999999999999999999999-1111111111111111-01
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#mutating-the-traceparent-field",
        clause: "Vendors MUST NOT make any other mutations to the traceparent header.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case) {
        let Some(sent) = outgoing.parent() else { continue };
        let context = outgoing.end.client_record().and_then(|record| record.context.as_ref());
        let right = outgoing.span.map(|span| span.trace_id).or(context.map(|context| context.trace_id));
        if right.is_some_and(|right| right.is_valid() && right != sent.trace_id) {
            let message = "The callee received another trace id than that of the call's span or context.";
            findings.add(place_of_end(case, outgoing.end).key("traceparent"), message);
        }
    }
}
