use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::support::outgoing;
use super::{Findings, Place};
use crate::subject::Case;
use crate::trace::SpanRef;
use crate::transcript::{JournaledContext, TraceParent};

rule! {
    /// A span that stands for no call names a parent that nobody has seen: it was not exported, the ledger does not
    /// know it, no header carried it and no handler was in it. The span hangs in the air, and no trace view can place
    /// it. Where the span of a call's end hangs is the business of other rules.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   INTERNAL "cache lookup"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    /// ! INTERNAL "cache lookup" <- missing in driver
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#determining-the-parent-span-from-a-context",
        clause: "the Context may contain a Span representing the currently active instance, and will be used as parent",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    if !case.evidence.capture.complete || case.calls.is_empty() {
        return;
    }
    let known = LazyCell::new(|| known(case));
    for index in case.unbound.iter().copied() {
        let span = &case.spans()[index];
        let Some(parent) = span.parent_ref() else { continue };
        if case.find(parent).is_none() && !known.contains(&parent) {
            findings.add(Place::span(span), "The span's parent was never exported, and no header or handler knows it.");
        }
    }
}

/// Contexts of spans that were seen elsewhere.
fn known(case: &Case<'_>) -> BTreeSet<SpanRef> {
    let arrived = (0..case.calls.len())
        .flat_map(|call| (0..case.arrivals(call).max(1)).map(move |arrival| (call, arrival)))
        .filter_map(|(call, arrival)| case.remote_context(call, arrival).valid());
    let sent = outgoing(case).filter_map(|outgoing| outgoing.parent());
    let wire = arrived.chain(sent).map(TraceParent::name_ref);
    let journals = case.ends.iter().filter_map(|end| {
        let client = end.client_record().and_then(|record| record.context.as_ref());
        client.or_else(|| end.server_record().and_then(|record| record.context.as_ref()))
    });
    let open = case.evidence.capture.open.iter().map(|open| SpanRef { trace_id: open.trace_id, span_id: open.span_id });
    wire.chain(journals.map(JournaledContext::name_ref)).chain(open).collect()
}
