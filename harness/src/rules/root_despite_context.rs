use super::Findings;
use super::support::{Hang, hang, place, the};
use crate::subject::Case;

rule! {
    /// A span made in a context has the span of that context as its parent: the SERVER span that of the valid
    /// `traceparent` that arrived, the CLIENT span that which was current where the call was made. A root instead tears
    /// the trace in two: caller and callee can no longer be brought together.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// ! SERVER Echo/Say
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    /// ! CLIENT Echo/Again
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
        if hang(case, end, index, span) == Hang::Root {
            let message = format!("{} of the call had a context, and its span is a root.", the(end.side));
            findings.add(place(case, end, span), message);
        }
    }
}
