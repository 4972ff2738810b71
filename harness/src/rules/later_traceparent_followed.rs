use super::Findings;
use super::support::{Hang, hang, place};
use crate::subject::Case;

rule! {
    /// A call may arrive with several `traceparent` entries, from a proxy that adds one instead of replacing it. W3C
    /// has no clause for it. A callee may start a new trace, as W3C's own test wants, or follow the first, as
    /// OpenTelemetry's getter does; following a later one is neither, and an attacker who can add headers can then
    /// choose the trace.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// wire 0 +traceparent=00-12345678901234567890123456789012-1234567890123456-01
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// wire 0 +traceparent=00-12345678901234567890123456789012-1234567890123456-01
    ///
    /// SERVER Echo/Say <- missing
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// wire 0 traceparent=00-12345678901234567890123456789012-1234567890123456-01
    /// wire 0 +traceparent={driver}
    ///
    /// ! SERVER Echo/Say <- driver
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/context/api-propagators/#get",
        clause: "The Get function MUST return the first value of the given propagation key",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, index, span) in case.bound() {
        if hang(case, end, index, span) == Hang::Later {
            let message =
                "The call arrived with several `traceparent` entries, and the span follows a later one than the first.";
            findings.add(place(case, end, span).key("traceparent"), message);
        }
    }
}
