use super::{Findings, Place};
use crate::subject::Case;

rule! {
    /// The target was asked to export what it had, or given a quiet time to do so, and was not done when the case's
    /// time was up. Rules that say that something is absent say nothing then, so this one says why: a case whose spans
    /// did not all arrive has not passed.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// ! convention rpc-1.39
    /// call 0 unary
    /// incomplete
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    family: Export,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/sdk/#forceflush",
        clause: "This method provides a way for provider to immediately export all spans that have not yet been exported for all the internal processors.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    if !case.evidence.capture.complete {
        findings.add(Place::default(), "The target did not finish exporting, so nothing is known of what is absent.");
    }
}
