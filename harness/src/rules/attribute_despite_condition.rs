use super::Findings;
use super::support::{condition_in_words, place};
use crate::subject::{Attributed, Case};

rule! {
    /// Some attributes say something by being absent: `error.type` on a call that succeeded makes it an error in every
    /// error rate, whatever its value. Nothing is said where it is open whether the condition holds.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary -> NOT_FOUND
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary -> NOT_FOUND
    ///
    /// SERVER Echo/Say <- driver
    ///   ! error.type: "NOT_FOUND"
    /// ```
    family: Attribute,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/attribute-requirement-level.md#conditionally-required",
        clause: "if instrumentation can populate the attribute, instrumentation SHOULD use the Opt-In requirement level on the attribute.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        for Attributed { spec, .. } in case.attributes(end).iter().filter(|attribute| attribute.value.is_some()) {
            if !spec.absent_when.is_empty() && case.all_hold(&spec.absent_when, end) == Some(true) {
                let source = spec.absent_source.as_ref().unwrap_or(&spec.source);
                let why: Vec<_> = spec.absent_when.iter().map(|condition| condition_in_words(*condition)).collect();
                let message =
                    format!("The {} span has `{}`, though {}.", end.side.as_str(), spec.key, why.join(" and "));
                findings.add_by(source, place(case, end, span).key(&spec.key), message);
            }
        }
    }
}
