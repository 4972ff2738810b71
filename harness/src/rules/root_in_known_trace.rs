use super::Findings;
use super::support::place;
use crate::scenario::Party;
use crate::subject::{Case, ParentExpectation};
use crate::trace::Span;

rule! {
    /// A root begins a trace of its own, with an id that nothing else has. A root that took over the trace id of
    /// another call has lost its parent and kept half of a context that was not its own.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 1 unary no-context
    ///
    /// SERVER Echo/Say <- driver
    /// SERVER Echo/Say
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 1 unary no-context
    ///
    /// SERVER Echo/Say <- driver
    /// ! SERVER Echo/Say in driver
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation",
        clause: "MUST generate a new TraceId for each root span created",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    let is_root = |span: &Span| span.parent_span_id.is_none() && span.trace_id.is_valid();
    for (end, _, span) in case.bound().filter(|(.., span)| is_root(span)) {
        if case.expected_parent(end) != ParentExpectation::Root {
            continue;
        }
        // What another call makes of a context that this one saved is in this root's trace rightly.
        let sent = (0..case.calls.len())
            .filter(|call| *call != end.call && case.calls[*call].client == Party::Harness)
            .filter_map(|call| case.remote_context(call, 0).valid());
        let by_driver = sent.into_iter().any(|parent| parent.trace_id == span.trace_id);
        let mut earlier = case.bound().filter(|(other, _, root)| other.call < end.call && is_root(root));
        if by_driver || earlier.any(|(.., root)| root.trace_id == span.trace_id) {
            findings.add(place(case, end, span), "The span is a root, and its trace id is that of another call.");
        }
    }
}
