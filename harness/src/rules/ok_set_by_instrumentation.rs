use super::Findings;
use super::support::{is_annotated, place};
use crate::convention::Condition;
use crate::subject::Case;
use crate::trace::StatusCode;

rule! {
    /// The status Ok is for applications and operators, who say with it that something is not an error after all; an
    /// instrumentation leaves a success Unset. An Ok set by the instrumentation is final: the application can no longer say
    /// that its call failed. A handler that sets it itself, as a script can, is welcome to. Where the call did fail,
    /// [`status_not_error`](#status_not_error) tells the same. gRPC's own tracing is defined to set it.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary annotate-ok
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Ok
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   ! status: Ok
    /// ```
    ///
    /// ```pass
    /// convention a72
    /// call 0 unary
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   status: Ok
    /// ```
    family: Status,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#set-status",
        clause: "Generally, Instrumentation Libraries SHOULD NOT set the status code to Ok, unless explicitly configured to do so.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    if is_annotated(case, |_, _, ok| ok) {
        return;
    }
    for (end, _, span) in case.bound().filter(|(.., span)| span.status.code == StatusCode::Ok) {
        // Of a call that failed, that it is Ok is `status_not_error`'s to tell.
        if case.holds(Condition::Failed, end) == Some(true) || case.spec(end).status.ok_source.is_some() {
            continue;
        }
        findings.add(place(case, end, span), "The instrumentation set the span's status to Ok.");
    }
}
