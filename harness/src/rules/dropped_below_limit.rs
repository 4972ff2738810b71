use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;
use crate::trace::Span;

rule! {
    /// A span says that attributes, events or links were dropped, and has fewer than 128 of them: the limit was set
    /// lower than the specification's. What is gone cannot be judged, and an operator cannot see it. Beyond 128
    /// dropping is what the SDK should do: ten thousand messages are not ten thousand events.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.system.name: "grpc"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.system.name: "grpc"
    ///   ! dropped attributes: 5
    /// ```
    family: Export,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits",
        clause: "EventCountLimit (Default=128) - Maximum allowed span event count",
    },
    check,
}

const DEFAULT_LIMIT: usize = 128;

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        for what in dropped(span) {
            let message = format!("The span dropped {what}, though it has fewer than {DEFAULT_LIMIT}.");
            findings.add(place_of_any(case, index), message);
        }
    }
}

fn dropped(span: &Span) -> Vec<&'static str> {
    let on_events =
        span.events.iter().map(|event| ("attributes of an event", event.dropped_attributes, event.attributes.len()));
    let counts = [
        ("attributes", span.dropped_attributes, span.attributes.len()),
        ("events", span.dropped_events, span.events.len()),
        ("links", span.dropped_links, span.links.len()),
    ];
    let all = counts.into_iter().chain(on_events).filter(|(_, dropped, kept)| *dropped > 0 && *kept < DEFAULT_LIMIT);
    let mut what: Vec<_> = all.map(|(what, ..)| what).collect();
    what.dedup();
    what
}
