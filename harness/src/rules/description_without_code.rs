use super::Findings;
use super::support::{codes_in_words, place, plain};
use crate::subject::Case;
use crate::trace::StatusCode;

rule! {
    /// The spans of gRPC's own tracing have no attribute for the status code: it stands in the description of the span's
    /// status, by its name and in front of the message, or a trace does not tell NOT_FOUND from INTERNAL. Any spelling of the
    /// name and its number will do.
    ///
    /// ```pass
    /// convention a72
    /// call 0 unary -> UNAVAILABLE "unable to resolve host"
    /// call 1 unary -> INTERNAL
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   status: Error "UNAVAILABLE, unable to resolve host"
    /// SERVER Recv.Echo.Say <- driver 1
    ///   status: Error "Internal"
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary -> UNAVAILABLE "unable to resolve host"
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   ! status: Error "unable to resolve host"
    /// ```
    family: Status,
    level: Should,
    source: {
        url: "https://github.com/grpc/proposal/blob/b2aee936dfc2432cafe8777268f1cd78efb92759/A72-open-telemetry-tracing.md#tracing-information",
        clause: "Non-\"OK\" statuses include their code as a description",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound().filter(|(.., span)| span.status.code == StatusCode::Error) {
        let Some(source) = &case.spec(end).status.code_in_description else { continue };
        let description = span.status.message.as_str();
        let codes = case.codes(end);
        let is_told = |code: &crate::transcript::Code| {
            let number = code.0.to_string();
            let by_number = description.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == number);
            by_number || code.name().is_none_or(|name| plain(description).contains(&plain(name)))
        };
        if !codes.is_empty() && !codes.iter().any(is_told) {
            let message =
                format!("The description of the span's status is without its code, {}.", codes_in_words(case, end));
            findings.add_by(source, place(case, end, span), message);
        }
    }
}
