use super::Findings;
use super::support::{place, plain};
use crate::subject::Case;
use crate::trace::StatusCode;
use crate::transcript::Code;

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
    /// ```pass
    /// convention a72
    /// call 0 unary -> CANCELLED "no longer wanted"
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   status: Error "Canceled: no longer wanted"
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
        let status = &case.spec(end).status;
        let Some(source) = &status.code_in_description else { continue };
        let codes = case.codes(end);
        if !codes.is_empty() && !codes.iter().any(|code| is_told(code, &span.status.message)) {
            // That an error is told for OK is another rule's business.
            let errors: Vec<_> = codes.iter().filter(|code| *code != Code::OK).map(|code| code.to_string()).collect();
            let codes = if errors.is_empty() { "the status code".to_owned() } else { errors.join(" or ") };
            let message = format!("The description of the span's status is without {codes}.");
            findings.add_by(source, place(case, end, span), message);
        }
    }
}

/// A code that gRPC does not define has no name.
fn is_told(code: Code, description: &str) -> bool {
    let number = code.0.to_string();
    let by_number = description.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == number);
    // APIs of several languages write it so.
    let description = plain(description).replace("CANCELED", "CANCELLED");
    by_number || code.name().is_none_or(|name| description.contains(&plain(name)))
}
