use super::Findings;
use super::support::{Hang, hang, place};
use crate::subject::Case;

rule! {
    /// A span hangs under a span or context of another call, one that did not cause it: a sibling, an earlier call on
    /// the same thread, a call that runs at the same time. The context leaked. It is the worst thing that tracing can
    /// do, since the trace looks complete and tells a story that never happened.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// call 0.b unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/First
    ///   CLIENT Echo/Second
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// call 0.b unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/First
    ///     ! CLIENT Echo/Second
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation",
        clause: "The semantic parent of the Span MUST be determined according to the rules described in Determining the Parent Span from a Context",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, index, span) in case.bound() {
        if hang(case, end, index, span) == Hang::Foreign {
            let message = format!("The {} span of the call hangs under a span of another call.", span.kind);
            findings.add(place(case, end, span), message);
        }
    }
}
