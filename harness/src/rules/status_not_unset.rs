use super::Findings;
use super::support::{codes_in_words, place};
use crate::convention::Condition;
use crate::subject::Case;
use crate::trace::StatusCode;

rule! {
    /// The call ended with a status code that is no error on this side, and the span's status is Error: every error
    /// rate is too high. A server that answers NOT_FOUND or PERMISSION_DENIED, or whose client cancels, works as it
    /// should; for the client the same codes are errors. (From 1.39 on which codes are errors is a SHOULD.)
    /// gRPC's own tracing leaves no status unset: see [`status_not_ok`](#status_not_ok).
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary -> NOT_FOUND
    /// call 0.a unary -> peer NOT_FOUND
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    ///     status: Error
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary -> NOT_FOUND
    ///
    /// SERVER Echo/Say <- driver
    ///   ! status: Error
    /// ```
    family: Status,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/grpc.md#grpc-status",
        clause: "The table below describes when the Span Status MUST be set to Error or remain unset depending on the gRPC status code and Span Kind.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound().filter(|(.., span)| span.status.code == StatusCode::Error) {
        let Some(source) = &case.spec(end).status.unset_source else { continue };
        if case.holds(Condition::Failed, end) == Some(false) {
            let (side, codes) = (end.side.as_str(), codes_in_words(case, end));
            let message = format!("The {side} span's status is Error for {codes}, which is none there.");
            findings.add_by(source, place(case, end, span), message);
        }
    }
}
