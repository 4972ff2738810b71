use super::Findings;
use super::support::place;
use crate::convention::Side;
use crate::scenario::{ClientStep, Party, ServerStep};
use crate::subject::{Case, End};

rule! {
    /// A call's span lasts no longer than the call. One that begins with the connection, that ends when somebody cleans up, or
    /// whose times are in the wrong unit says that a call took minutes which took milliseconds. Only durations are compared,
    /// since clocks differ. A busy machine may be late to notice an end, so half a minute is forgiven; but of many calls, one
    /// after the other, it is not late for every one: of eight or more that each took their time, a fifth of a second is.
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
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary took=2
    /// call 1 unary took=2
    /// call 2 unary took=2
    /// call 3 unary took=2
    /// call 4 unary took=2
    /// call 5 unary took=2
    /// call 6 unary took=2
    /// call 7 unary took=2
    /// span #1 lasts=500ms
    /// span #2 lasts=300ms
    /// span #3 lasts=300ms
    /// span #4 lasts=300ms
    /// span #5 lasts=300ms
    /// span #6 lasts=300ms
    /// span #7 lasts=300ms
    /// span #8 lasts=300ms
    ///
    /// ! SERVER Echo/Say #1 <- driver
    /// SERVER Echo/Say #2 <- driver
    /// SERVER Echo/Say #3 <- driver
    /// SERVER Echo/Say #4 <- driver
    /// SERVER Echo/Say #5 <- driver
    /// SERVER Echo/Say #6 <- driver
    /// SERVER Echo/Say #7 <- driver
    /// SERVER Echo/Say #8 <- driver
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary took=2
    /// call 1 unary took=2
    /// call 2 unary took=2
    /// call 3 unary took=2
    /// call 4 unary took=2
    /// call 5 unary took=2
    /// call 6 unary took=2
    /// call 7 unary took=2
    /// span #1 lasts=500ms
    /// span #2 lasts=300ms
    /// span #3 lasts=300ms
    /// span #4 lasts=300ms
    /// span #5 lasts=100ms
    /// span #6 lasts=300ms
    /// span #7 lasts=300ms
    /// span #8 lasts=300ms
    ///
    /// SERVER Echo/Say #1 <- driver
    /// SERVER Echo/Say #2 <- driver
    /// SERVER Echo/Say #3 <- driver
    /// SERVER Echo/Say #4 <- driver
    /// SERVER Echo/Say #5 <- driver
    /// SERVER Echo/Say #6 <- driver
    /// SERVER Echo/Say #7 <- driver
    /// SERVER Echo/Say #8 <- driver
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
/// What is forgiven where every one of so [`MANY`] spans is late.
const FORGIVEN_ALWAYS_NS: u64 = 200_000_000;
const MANY: usize = 8;

fn check(case: &Case<'_>, findings: &mut Findings) {
    let Some((begun, ended)) = case.lasted() else { return };
    let whole = ended.saturating_sub(begun);
    for (end, _, span) in case.bound() {
        if span.lasted().is_some_and(|lasted| lasted > whole.saturating_add(FORGIVEN_NS)) {
            findings.add(place(case, end, span), "The span lasts far longer than all calls of the case together.");
        }
    }
    if case.ends.len() >= MANY && !case.evidence.plan.script.concurrent {
        for side in [Side::Client, Side::Attempt, Side::Server] {
            always_late(case, side, findings);
        }
    }
}

/// Tells of spans of one side that are all late.
fn always_late(case: &Case<'_>, side: Side, findings: &mut Findings) {
    let of_side = case.bound().filter(|(end, ..)| end.side == side);
    let late = of_side.filter_map(|(end, _, span)| {
        let late = span.lasted()?.saturating_sub(took(case, end)?);
        Some((end, span, late))
    });
    let late: Vec<_> = late.collect();
    let (Some(least), Some((end, span, _))) = (late.iter().map(|(.., late)| *late).min(), late.first()) else { return };
    if late.len() >= MANY && least > FORGIVEN_ALWAYS_NS {
        let message = format!(
            "This and the {} spans of the other calls all last {} ms longer, or more, than their calls.",
            late.len() - 1,
            least / 1_000_000
        );
        findings.add(place(case, end, span), message);
    }
}

/// How long a call took to the harness's end of it, if it went on without a break and nothing went on after it.
fn took(case: &Case<'_>, end: &End<'_>) -> Option<u64> {
    let call = case.call(end);
    let record = call.record?;
    let times = match end.side {
        Side::Server => record.client.as_ref().filter(|_| call.client == Party::Harness)?.times,
        Side::Client | Side::Attempt => record.server.get(end.arrival).filter(|_| call.server == Party::Harness)?.times,
    }?;
    let goes_on =
        |step: &ClientStep| !matches!(step, ClientStep::Pause { .. } | ClientStep::Await { .. }) && !step.gives_up();
    let mut handlers = call.caller.into_iter().chain([end.call]).flat_map(|call| case.calls[call].steps.iter());
    let plain = call.plan.steps.iter().flatten().all(goes_on) && handlers.all(|step| is_in_turn(step));
    (plain && call.plan.deadline_ms.is_none() && !case.is_disturbed(end.call))
        .then(|| times.ended_ns.saturating_sub(times.begun_ns))
}

/// Whether a handler's step has its calls one after the other, each to its end, and keeps nobody waiting.
fn is_in_turn(step: &ServerStep) -> bool {
    !matches!(
        step,
        ServerStep::Pause { .. }
            | ServerStep::Await { .. }
            | ServerStep::AwaitCancelled
            | ServerStep::Span { outlives: true, .. }
            | ServerStep::Calls { concurrent: true, .. }
            | ServerStep::On { .. }
    )
}
