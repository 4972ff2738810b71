use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;

rule! {
    /// What was exported is no legal OTLP: a field of the wrong form, an unknown kind of value, a status code that does
    /// not exist. A receiver may drop the span, or the whole request with it. (Ids are told by
    /// [`invalid_id`](#invalid_id).)
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
    /// SERVER Echo/Say <- driver
    ///   ! defect kind: "17"
    /// ```
    family: Export,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/opentelemetry-proto/blob/v1.10.0/opentelemetry/proto/trace/v1/trace.proto",
        clause: "A Span represents a single operation performed by a single component of the system.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        // Ids, and times that are absent or in the wrong order, have rules of their own.
        let times = span.start_ns == 0 || span.end_ns < span.start_ns;
        let told = |field: &str| field.ends_with("_id") || (times && field.ends_with("_time_unix_nano"));
        for defect in span.defects.iter().filter(|defect| !told(&defect.field)) {
            let message = format!("The span's `{}` is not as OTLP has it.", defect.field);
            findings.add(place_of_any(case, index), message);
        }
    }
}
