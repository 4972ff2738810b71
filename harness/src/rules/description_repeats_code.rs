use std::borrow::Cow;

use super::Findings;
use super::support::{are_alike, message_at, place};
use crate::subject::{Case, End};
use crate::trace::{Span, StatusCode};
use crate::transcript::Code;

rule! {
    /// The description of a failed call's status is for what the code does not say. The code has an attribute of its
    /// own; in front of the message it is noise, and instead of a message it feigns information. A message that itself
    /// names the code is repeated as it is. gRPC's own tracing has no attribute for the code, and wants it here:
    /// [`description_without_code`](#description_without_code).
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary -> INTERNAL "INTERNAL disk failure"
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Error "INTERNAL disk failure"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary -> INTERNAL "disk full"
    ///
    /// SERVER Echo/Say <- driver
    ///   ! status: Error "StatusCode.INTERNAL:disk full"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary -> DEADLINE_EXCEEDED
    ///
    /// SERVER Echo/Say <- driver
    ///   ! status: Error "DeadlineExceeded"
    /// ```
    ///
    /// ```pass
    /// convention a72
    /// call 0 unary -> INTERNAL "disk full"
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   status: Error "INTERNAL: disk full"
    /// ```
    family: Status,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/recording-errors.md#recording-errors-on-spans",
        clause: "It's NOT RECOMMENDED to duplicate status code or error.type in span status description.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound().filter(|(.., span)| span.status.code == StatusCode::Error) {
        if case.spec(end).status.code_in_description.is_some() {
            continue;
        }
        if let Some(code) = repeated_code(case, end, span) {
            let message = format!("The description of the span's status repeats the status code {code}.");
            findings.add(place(case, end, span), message);
        }
    }
}

fn repeated_code<'a>(case: &Case<'a>, end: &End<'a>, span: &Span) -> Option<&'static str> {
    let message = message_at(case, end)?;
    let description = span.status.message.as_str();
    let is_in = !message.is_empty() && description.contains(message);
    let own = if is_in { description.replace(message, " ").into() } else { Cow::Borrowed(description) };
    let is_word = |code: &&str| own.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == *code);
    // `DeadlineExceeded`, `Deadline exceeded`: other spellings count only where nothing else is said.
    let alone = |code: &&str| are_alike(&own, code);
    case.codes(end).iter().filter_map(Code::name).find(|code| is_word(code) || alone(code))
}
