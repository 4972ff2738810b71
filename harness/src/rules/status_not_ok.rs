use super::Findings;
use super::support::place;
use crate::convention::Condition;
use crate::subject::Case;
use crate::trace::StatusCode;

rule! {
    /// gRPC's own tracing tells the call's status as the span's: OK as Ok, and nothing is left unset. The semantic
    /// conventions want the opposite: [`ok_set_by_instrumentation`](#ok_set_by_instrumentation).
    ///
    /// ```pass
    /// convention a72
    /// call 0 unary
    /// call 1 unary -> NOT_FOUND
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   status: Ok
    /// SERVER Recv.Echo.Say <- driver 1
    ///   status: Error "NOT_FOUND"
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// ! SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again
    ///     ! status: Error
    ///     INTERNAL Attempt.Echo.Again
    ///       status: Ok
    /// ```
    family: Status,
    level: Must,
    source: {
        url: "https://github.com/grpc/proposal/blob/b2aee936dfc2432cafe8777268f1cd78efb92759/A72-open-telemetry-tracing.md#tracing-information",
        clause: "gRPC status \"OK\" is recorded with status \"OK\", while other gRPC statuses are marked as \"ERROR\".",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound().filter(|(.., span)| span.status.code != StatusCode::Ok) {
        let Some(source) = &case.spec(end).status.ok_source else { continue };
        if case.holds(Condition::Succeeded, end) == Some(true) {
            let message = format!("The {} span's status is {} for OK.", end.side.as_str(), span.status.code);
            findings.add_by(source, place(case, end, span), message);
        }
    }
}
