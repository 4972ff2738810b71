use super::Findings;
use super::support::{codes_in_words, is_annotated, place};
use crate::convention::Condition;
use crate::subject::Case;
use crate::trace::StatusCode;

rule! {
    /// The call ended with a status code that is an error on this side, and the span does not say so: every error rate
    /// is too low. For a client every code but OK is an error; for a server those that are its own fault are. The code
    /// counts wherever it came: in trailers after many messages, from a deadline, from an exception. Where a handler
    /// set Ok itself that stands.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary -> NOT_FOUND
    /// call 1 unary -> INTERNAL
    ///
    /// SERVER Echo/Say <- driver
    /// SERVER Echo/Say <- driver 1
    ///   status: Error
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 server-stream -> INTERNAL received=3
    ///
    /// ! SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer NOT_FOUND
    ///
    /// SERVER Echo/Say <- driver
    ///   ! CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer attempts=2
    /// arrived 0.a #1 #2
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   status: Ok
    ///   CLIENT Sent.Echo.Again
    ///     status: Ok
    ///     INTERNAL Attempt.Echo.Again #1
    ///       ! status: Ok
    ///     INTERNAL Attempt.Echo.Again #2
    ///       status: Ok
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
    let by_application = is_annotated(case, |_, _, ok| ok);
    for (end, _, span) in case.bound().filter(|(.., span)| span.status.code != StatusCode::Error) {
        let excused = by_application && span.status.code == StatusCode::Ok;
        if !excused && case.holds(Condition::Failed, end) == Some(true) {
            let (side, codes) = (end.side.as_str(), codes_in_words(case, end));
            let message =
                format!("The {side} span's status is {} for {codes}, which is an error there.", span.status.code);
            findings.add_by(&case.spec(end).status.error_source, place(case, end, span), message);
        }
    }
}
