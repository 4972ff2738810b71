use super::Findings;
use super::support::place;
use crate::subject::Case;

rule! {
    /// A call's span lasts no longer than the call. One that begins with the connection, that ends when somebody cleans up, or
    /// whose times are in the wrong unit says that a call took minutes which took milliseconds. Only durations are compared,
    /// since clocks differ, and half a minute is forgiven: a busy machine may be late to notice an end.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary took=50
    /// span #1 lasts=900ms
    ///
    /// SERVER Echo/Say #1 <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary took=50
    /// span #1 lasts=60000ms
    ///
    /// ! SERVER Echo/Say #1 <- driver
    /// ```
    family: Lifecycle,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span",
        clause: "the span should have a start time that corresponds to the start time of the first sub-operation, and an end time of when the final sub-operation is complete",
    },
    check,
}

const FORGIVEN_NS: u64 = 30_000_000_000;

fn check(case: &Case<'_>, findings: &mut Findings) {
    let Some((begun, ended)) = case.lasted() else { return };
    let whole = ended.saturating_sub(begun);
    for (end, _, span) in case.bound() {
        let timed = span.start_ns != 0 && span.end_ns >= span.start_ns;
        if timed && span.end_ns - span.start_ns > whole.saturating_add(FORGIVEN_NS) {
            findings.add(place(case, end, span), "The span lasts far longer than all calls of the case together.");
        }
    }
}
