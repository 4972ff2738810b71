use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;

rule! {
    /// Two spans with the same ids and different content were exported. Either the span was written to after its end,
    /// and exported again, or an id was used twice: which of the two is true, nobody can tell from the trace.
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
    /// ! SERVER Echo/Say #1 <- driver
    /// ! SERVER Echo/Say = #1 <- driver
    ///   status: Error
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span",
        clause: "These MUST NOT be changed after the Span's end time has been set.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for copies in case.tree.duplicates() {
        let first = &case.spans()[copies[0]];
        if copies.iter().any(|copy| case.spans()[*copy] != *first) {
            findings.add(place_of_any(case, copies[0]), "Spans of different content were exported with the same ids.");
        }
    }
}
