use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;
use crate::trace::{Attribute, Span};

rule! {
    /// An attribute has a key. One without can be asked for by nobody, and backends reject it, or the whole span with
    /// it.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   team: "search"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// ! SERVER Echo/Say <- driver
    ///   "": "search"
    /// ```
    family: Attribute,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/common/#attribute",
        clause: "The attribute key MUST be a non-null and non-empty string.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        if all_attributes(span).any(|attribute| attribute.key.is_empty()) {
            findings.add(
                place_of_any(case, index),
                "An attribute of the span, or of one of its events or links, has no key.",
            );
        }
    }
}

fn all_attributes(span: &Span) -> impl Iterator<Item = &Attribute> {
    let events = span.events.iter().flat_map(|event| &event.attributes);
    let links = span.links.iter().flat_map(|link| &link.attributes);
    span.attributes.iter().chain(events).chain(links)
}
