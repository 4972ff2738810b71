use super::Findings;
use super::support::place;
use crate::subject::Case;

rule! {
    /// A call's span lies where the call lay in time. One whose times are in another unit, in a local time zone, or counted
    /// from the start of the process is in another hour or another year, and no trace view shows it beside its parent. Clocks
    /// differ, so twenty minutes are forgiven: less than the smallest difference between time zones.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary took=50
    /// span #1 from=600000ms lasts=5ms
    ///
    /// SERVER Echo/Say #1 <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary took=50
    /// span #1 from=3600000ms lasts=5ms
    ///
    /// ! SERVER Echo/Say #1 <- driver
    /// ```
    family: Lifecycle,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation",
        clause: "Start timestamp, default to current time.",
    },
    check,
}

const FORGIVEN_NS: u64 = 20 * 60 * 1_000_000_000;

fn check(case: &Case<'_>, findings: &mut Findings) {
    let Some((begun, ended)) = case.lasted() else { return };
    for (end, _, span) in case.bound() {
        // Times that are absent or in the wrong order have rules of their own.
        let early = span.end_ns < begun.saturating_sub(FORGIVEN_NS);
        let late = span.start_ns > ended.saturating_add(FORGIVEN_NS);
        if span.lasted().is_some() && (early || late) {
            let when = if early { "before" } else { "after" };
            findings.add(place(case, end, span), format!("The span lies long {when} all calls of the case."));
        }
    }
}
