use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::Case;
use crate::transcript::CallEnd;

rule! {
    /// A call that comes to its end without instrumentation does so with it. A wrapper that swallows the end of a stream, a
    /// deadline or a cancellation, or that waits for its own turn, leaves a client or a handler waiting for ever. "For ever"
    /// is the time that a case has: half a minute, if the target's manifest says nothing else.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// baseline 0
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary
    /// baseline 0
    /// unfinished 0 server
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    family: Transparency,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/error-handling/#basic-error-handling-principles",
        clause: "but MUST NOT cause the application to fail later at run time",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    // Where the case was not over without instrumentation either, the target is to blame for both.
    if case.evidence.baseline.is_none() {
        return;
    }
    for unfinished in &case.evidence.transcript.unfinished {
        let (side, whose) = match unfinished.end {
            CallEnd::Client => (Side::Client, "The call"),
            CallEnd::Server => (Side::Server, "The handler"),
        };
        let message = format!("{whose} was not over in time, and is without instrumentation.");
        findings.add(Place::default().of_call(&unfinished.call, side), message);
    }
}
