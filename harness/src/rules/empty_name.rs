use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;

rule! {
    /// A span has a name. OTLP calls the field semantically required; a backend that groups by name has no group for
    /// it.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// ! SERVER "" <- driver
    /// ```
    family: Name,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/opentelemetry-proto/blob/v1.10.0/opentelemetry/proto/trace/v1/trace.proto",
        clause: "This field is semantically required to be set to non-empty string.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        if span.name.is_empty() {
            findings.add(place_of_any(case, index), "The span has no name.");
        }
    }
}
