use std::collections::BTreeMap;

use super::{Findings, Place};
use crate::subject::Case;
use crate::trace::Span;

rule! {
    /// Every span belongs to a call that the harness made or caused. What belongs to none is collected for the whole
    /// run and judged at its end, as evidence whose plan has no calls. A stray has lost its trace, or should not be
    /// there at all: spans of health checks, of the exporter's own calls, of work that nobody asked for.
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
    ///
    /// ! CLIENT opentelemetry.proto.collector.trace.v1.TraceService/Export
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation",
        clause: "For a Span with a parent, the TraceId MUST be the same as the parent.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    if !case.calls.is_empty() {
        return;
    }
    // A target that traces its own exporter makes spans without end: one finding tells of all that are alike.
    let mut first: BTreeMap<_, &Span> = BTreeMap::new();
    for span in case.spans() {
        let alike = first.entry((span.kind, span.name.as_str())).or_insert(span);
        if span.name_ref() < alike.name_ref() {
            *alike = span;
        }
    }
    for span in first.into_values() {
        findings.add(Place::span(span), "The span belongs to no call of the run.");
    }
}
