use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;

rule! {
    /// An event has a name: OTLP calls the field semantically required. Without one it says that something happened,
    /// and not what.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   event "cache miss"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   ! event ""
    /// ```
    family: Event,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/opentelemetry-proto/blob/v1.10.0/opentelemetry/proto/trace/v1/trace.proto",
        clause: "This field is semantically required to be set to non-empty string.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        if span.events.iter().any(|event| event.name.is_empty()) {
            findings.add(place_of_any(case, index).key(""), "An event of the span has no name.");
        }
    }
}
