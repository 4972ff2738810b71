use super::Findings;
use super::support::{is_absent, place_of_end, why_absent};
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// A handler ran, and there is no span of it. No clause says "MUST create a span"; but an instrumentation of gRPC
    /// servers that makes none for a call that it was given did not do what it is for, so this is an error. Nothing is
    /// said of unsampled calls, nor while spans may still be on their way. A span that the target's ledger says was
    /// begun is told by [`span_never_ended`](#span_never_ended).
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// incomplete
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#spankind",
        clause: "SERVER indicates that the span covers server-side handling of a remote request while the client awaits a response",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for end in case.ends.iter().filter(|end| end.side == Side::Server && is_absent(case, end) && !end.is_unrouted()) {
        let message =
            format!("The target's handler ran, and no SERVER span was exported for it: {}.", why_absent(case));
        findings.add(place_of_end(case, end), message);
    }
}
