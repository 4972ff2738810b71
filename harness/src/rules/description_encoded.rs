use super::Findings;
use super::support::{message_at, place};
use crate::subject::Case;
use crate::trace::StatusCode;
use crate::transcript::percent_encode;

rule! {
    /// The message of a status is percent-encoded on the wire and nowhere else: a description with `%0A` where the message
    /// has a line break is what `grpc-message` looked like, and not what it says.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary -> INTERNAL "100% wrong"
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Error "100% wrong"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary -> INTERNAL "100% wrong"
    ///
    /// SERVER Echo/Say <- driver
    ///   ! status: Error "100%25 wrong"
    /// ```
    family: Status,
    level: Should,
    source: {
        url: "https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses",
        clause: "conceptually a Unicode string description of the error, physically encoded as UTF-8 followed by percent-encoding",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound().filter(|(.., span)| span.status.code == StatusCode::Error) {
        let description = span.status.message.as_str();
        // A message with nothing to encode looks the same in both forms.
        let Some(message) = message_at(case, end).filter(|message| !description.contains(message)) else { continue };
        if description.contains(&percent_encode(message)) {
            findings.add(place(case, end, span), "The description of the span's status is still percent-encoded.");
        }
    }
}
