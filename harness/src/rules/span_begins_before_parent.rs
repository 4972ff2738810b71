use super::Findings;
use super::support::place;
use crate::subject::Case;

rule! {
    /// A call's span begins no earlier than the span that was current when the call was made or, where the caller is in the
    /// same process, than the caller's: the one is the cause of the other, and one clock stamped both. A start that was kept
    /// with a channel or a connection is that of another call. (Ten milliseconds are forgiven, for clocks that are set.)
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// span #1 from=1000ms lasts=50ms
    /// span #2 from=1005ms lasts=5ms
    ///
    /// SERVER Echo/Say #1 <- driver
    ///   CLIENT Echo/Again #2
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// span #1 from=1000ms lasts=50ms
    /// span #2 from=0ms lasts=1010ms
    ///
    /// SERVER Echo/Say #1 <- driver
    ///   ! CLIENT Echo/Again #2
    /// ```
    family: Lifecycle,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span",
        clause: "the span should have a start time that corresponds to the start time of the first sub-operation",
    },
    check,
}

const FORGIVEN_NS: u64 = 10_000_000;

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        let Some(parent) = span.parent_ref().and_then(|parent| case.find(parent)) else { continue };
        let parent = &case.spans()[parent];
        // Only what one process exported has one clock. Times that are absent have a rule of their own.
        let comparable = parent.resource == span.resource && span.start_ns != 0 && parent.start_ns != 0;
        if comparable && span.start_ns.saturating_add(FORGIVEN_NS) < parent.start_ns {
            findings.add(place(case, end, span), "The span began long before its parent.");
        }
    }
}
