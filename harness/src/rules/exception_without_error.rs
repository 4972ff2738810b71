use super::Findings;
use super::exception_recorded_twice::exceptions;
use super::support::{is_annotated, place};
use crate::subject::Case;
use crate::trace::StatusCode;

rule! {
    /// An exception is recorded on the span of a call if nobody handled it and the call failed by it. An exception on a
    /// span whose status is not Error is one of both: a failure that the status hides, or something that was handled
    /// and should not be told.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary -> UNKNOWN fail=throw
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Error
    ///   event exception
    ///     exception.type: "ValueError"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary -> UNKNOWN fail=throw
    ///
    /// SERVER Echo/Say <- driver
    ///   ! event exception
    ///     exception.type: "ValueError"
    /// ```
    family: Event,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/exceptions/#recording-an-exception",
        clause: "if and only if it remains unhandled when the span ends and causes the span status to be set to ERROR",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    if is_annotated(case, |_, events, ok| ok || events.iter().any(|name| name == "exception")) {
        return;
    }
    for (end, _, span) in case.bound().filter(|(.., span)| span.status.code != StatusCode::Error) {
        if exceptions(&span.events).next().is_some() {
            let message = format!("The span has an exception, and its status is {}.", span.status.code);
            findings.add(place(case, end, span).key("exception"), message);
        }
    }
}
