use super::Findings;
use super::support::{Hang, hang, place};
use crate::subject::Case;

rule! {
    /// A span and its parent are in one trace. Here the span names the right parent and lives in a trace of its own:
    /// the callee took the span id of the context that arrived, and made up the trace id.
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
    /// span #1 trace=99999999999999999999999999999999
    ///
    /// ! SERVER Echo/Say #1 <- driver
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation",
        clause: "For a Span with a parent, the TraceId MUST be the same as the parent.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, index, span) in case.bound() {
        if hang(case, end, index, span) == Hang::OtherTrace {
            findings.add(place(case, end, span), "The span names the right parent, in another trace.");
        }
    }
}
