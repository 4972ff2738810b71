use super::Findings;
use super::support::place;
use crate::convention::Requirement;
use crate::subject::{Attributed, Case, Expected};
use crate::trace::Value;

rule! {
    /// An attribute that the convention asks for is there, and its value is the empty text. The data model allows that;
    /// it tells nobody anything, and hides from a check for presence that the instrumentation does not know the value.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.method: "conformance.v1.Conformance/Unary"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   ! rpc.method: ""
    /// ```
    family: Attribute,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/attribute-requirement-level.md#required",
        clause: "All instrumentations MUST populate the attribute.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        let empty = Value::String(String::new());
        for Attributed { spec, .. } in case.attributes(end).iter().filter(|attribute| attribute.value == Some(&empty)) {
            let asked = spec.requirement == Requirement::Recommended || case.all_hold(&spec.when, end) == Some(true);
            // A request path without a method: then the empty text is what there is to say.
            let right = case.expected(&spec.values, end) == Expected::OneOf(vec![empty.clone()]);
            if asked && !right {
                let source = spec.value_source.as_ref().unwrap_or(&spec.source);
                findings.add_by(
                    source,
                    place(case, end, span).key(&spec.key),
                    format!("The value of `{}` is empty.", spec.key),
                );
            }
        }
    }
}
