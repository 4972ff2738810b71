use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;
use crate::trace::Hang;

rule! {
    /// No span is its own ancestor. A cycle comes from a span that took over the id of the context it was made in, or
    /// from ids that are not made at random; a trace view drops such spans or never ends drawing them.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   INTERNAL work
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    /// ! INTERNAL work #1 <- cycle #1 in driver
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/overview/#traces",
        clause: "a Trace can be thought of as a directed acyclic graph (DAG) of Spans",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for index in 0..case.spans().len() {
        if matches!(case.tree.hang(index), Hang::Cycle(_)) {
            findings.add(place_of_any(case, index), "The span is its own ancestor.");
        }
    }
}
