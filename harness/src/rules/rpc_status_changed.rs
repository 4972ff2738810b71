use super::support::{Compared, compared};
use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::Case;
use crate::transcript::Outcome;

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
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary -> DEADLINE_EXCEEDED "after a second or so"
    /// baseline 0 message=late
    ///
    /// SERVER Echo/Say <- driver  ERROR
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary -> NOT_FOUND "no such thing"
    /// baseline 0 message=nothing
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
            let (with, without) = (in_words(with), in_words(without));
            findings.add(place(), format!("The call ends with {with}, and with {without} without instrumentation."));
        } else if is_the_callees(&call) && !without_digits(&with.message).eq(without_digits(&without.message)) {
            findings.add(place(), format!("The message of {} is another one than without instrumentation.", with.code));
        }
    }
}

/// A status as its client was told it: of an API that failed by itself, the message alone says at what.
fn in_words(outcome: &Outcome) -> String {
    match without_digits(&outcome.message).collect::<String>() {
        message if message.is_empty() => outcome.code.to_string(),
        message => format!("{} ({message:?})", outcome.code),
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
