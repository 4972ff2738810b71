use super::Findings;
use super::support::{are_alike, message_at, place};
use crate::subject::{Case, End};
use crate::trace::StatusCode;
use crate::transcript::Code;

rule! {
    /// The call failed with a message, the span's status is Error, and the status has no description: why it failed
    /// cannot be seen in the trace. Where the status had no message, or it is not known which one the end saw, nothing
    /// is said.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary -> INTERNAL "disk full"
    /// call 1 unary -> INTERNAL
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Error "disk full"
    /// SERVER Echo/Say <- driver 1
    ///   status: Error
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary -> INTERNAL "disk full"
    ///
    /// SERVER Echo/Say <- driver
    ///   ! status: Error
    /// ```
    family: Status,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/recording-errors.md#recording-errors-on-spans",
        clause: "SHOULD set the span status description when it has additional information about the error",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        // Where the code belongs into it, `description_without_code` tells the same.
        let told = case.spec(end).status.code_in_description.is_some();
        let silent = !told && span.status.code == StatusCode::Error && span.status.message.is_empty();
        if silent && message_at(case, end).is_some_and(|message| says_more(case, end, message)) {
            findings.add(
                place(case, end, span),
                "The call's status had a message, and the span's status has no description.",
            );
        }
    }
}

/// Whether a message is there and is not the status code once more, which a description should not repeat.
fn says_more(case: &Case<'_>, end: &End<'_>, message: &str) -> bool {
    !message.is_empty() && case.codes(end).iter().filter_map(Code::name).all(|code| !are_alike(code, message))
}
