use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;
use crate::trace::Span;

rule! {
    /// A trace id is 16 bytes and a span id 8, and in neither are all bytes zero. A span with another id can be found
    /// by nobody, and has no children.
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
    /// ! SERVER Echo/Say <- driver
    ///   defect span_id: "3 bytes: 01ab00"
    /// ```
    family: Export,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/opentelemetry-proto/blob/v1.10.0/opentelemetry/proto/trace/v1/trace.proto",
        clause: "An ID with all zeroes OR of length other than 16 bytes is considered invalid",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        for field in wrong_ids(span) {
            findings.add(place_of_any(case, index), format!("The span's `{field}` is not valid."));
        }
    }
}

fn wrong_ids(span: &Span) -> Vec<String> {
    let is_id = |field: &str| field.ends_with("_id");
    let mut fields: Vec<String> =
        span.defects.iter().map(|defect| defect.field.clone()).filter(|field| is_id(field)).collect();
    for (field, valid) in [
        ("trace_id", span.trace_id.is_valid()),
        ("span_id", span.span_id.is_valid()),
        ("parent_span_id", span.parent_span_id.is_none_or(crate::trace::SpanId::is_valid)),
    ] {
        if !valid && !fields.iter().any(|known| known == field) {
            fields.push(field.to_owned());
        }
    }
    fields
}
