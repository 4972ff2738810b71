use super::support::{Compared, compared};
use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// An instrumentation watches a call; the call ends as it would without. One that wraps what a handler returns, reads a
    /// stream to its end to count messages, or throws where the application's API does not, turns a call that succeeds into
    /// one that fails, or the other way round. What is compared is the same case played with the instrumentation off; calls
    /// that their client ended itself are not, for when that was is chance.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary -> NOT_FOUND
    /// baseline 0 code=NOT_FOUND
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary -> UNKNOWN
    /// baseline 0 code=OK
    ///
    /// SERVER Echo/Say <- driver  ERROR
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
    for call in compared(case) {
        let Some((with, without)) = call.outcomes() else { continue };
        let place = || Place::default().of_call(call.path, Side::Client);
        if with.code != without.code {
            let message =
                format!("The call ends with {}, and with {} without instrumentation.", with.code, without.code);
            findings.add(place(), message);
        } else if is_the_callees(&call) && !without_digits(&with.message).eq(without_digits(&without.message)) {
            findings.add(place(), format!("The message of {} is another one than without instrumentation.", with.code));
        }
    }
}

/// Whether the callee gave the status: what an API says of a clock, a cancellation or a connection is no two times the same.
fn is_the_callees(call: &Compared<'_>) -> bool {
    call.ended_alike() && !call.with.server.is_empty()
}

/// A message without what differs between two runs: ports, times, numbers of attempts.
fn without_digits(message: &str) -> impl Iterator<Item = char> {
    message.chars().filter(|letter| !letter.is_ascii_digit())
}
