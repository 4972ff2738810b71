use super::Findings;
use super::support::{message_at, message_of_call, place};
use crate::subject::Case;
use crate::trace::StatusCode;

rule! {
    /// The description tells the message of another call's failure, and not that of the call the span is of. Added
    /// text, an exception in other words and a shortened message are legal; only what is plainly another call's is a
    /// finding.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary -> INTERNAL "disk full"
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Error "RpcError: disk full (at server.py:7)"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary -> INTERNAL "disk full"
    /// call 1 unary -> UNAVAILABLE "going away"
    ///
    /// SERVER Echo/Say <- driver
    ///   ! status: Error "going away"
    /// ```
    family: Status,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#set-status",
        clause: "When the status is set to Error by Instrumentation Libraries, the Description SHOULD be documented and predictable.",
    },
    check,
}

/// Shorter messages may be part of anything.
const TELLING: usize = 5;

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound().filter(|(.., span)| span.status.code == StatusCode::Error) {
        let Some(own) = message_at(case, end).filter(|own| !own.is_empty()) else { continue };
        let description = span.status.message.as_str();
        let tells = |call: usize| {
            let other = message_of_call(case, call).filter(|other| other.len() >= TELLING && !own.contains(other));
            call != end.call && other.is_some_and(|other| description.contains(other))
        };
        if !description.contains(own) && (0..case.calls.len()).any(tells) {
            findings
                .add(place(case, end, span), "The description of the span's status is the message of another call.");
        }
    }
}
