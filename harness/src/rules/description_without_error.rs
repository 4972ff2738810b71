use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;
use crate::trace::StatusCode;

rule! {
    /// A description belongs to the status Error and to no other. An SDK ignores one that is set with Ok or Unset; a
    /// span that has one all the same was not made by way of the API.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary -> INTERNAL "disk full"
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Error "disk full"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary -> NOT_FOUND "no such thing"
    ///
    /// SERVER Echo/Say <- driver
    ///   ! status: Unset "no such thing"
    /// ```
    family: Status,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#set-status",
        clause: "Description MUST only be used with the Error StatusCode value.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        if span.status.code != StatusCode::Error && !span.status.message.is_empty() {
            let message = format!("The span's status is {} and has a description.", span.status.code);
            findings.add(place_of_any(case, index), message);
        }
    }
}
