use super::Findings;
use super::support::{before_end, place, steps_while_open};
use crate::convention::Side;
use crate::scenario::{Call, ClientStep, ServerStep};
use crate::subject::{Case, End};
use crate::trace::{Span, SpanRef};
use crate::transcript::ServerRecord;

rule! {
    /// A call's span begins before and ends after all that happens while the call is open. What certainly happens then is a
    /// span that the handler opens and closes before it ends its own call, or while a call that it made waits for something
    /// that the handler does later. The target's own clock stamped both, so this needs no tolerance but for what that clock
    /// does not tell: a span that ends at the response's headers, at a message or at the half-close is told from one that
    /// covers the call however fast the call was. Where a time is in whole milliseconds, as JavaScript's SDK tells the start
    /// of a span and counts its end from, less than one says nothing.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary span=work
    /// opened 0 #2
    /// span #1 from=0ms lasts=9ms
    /// span #2 from=3ms lasts=5ms
    ///
    /// SERVER Echo/Say #1 <- driver
    ///   INTERNAL work #2
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary span=work
    /// opened 0 #2
    /// span #1 from=0ms lasts=9ms
    /// span #2 from=3ms end=1700000000009400000
    ///
    /// SERVER Echo/Say #1 <- driver
    ///   INTERNAL work #2
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary span=work
    /// opened 0 #2
    /// span #1 from=0ms lasts=2ms
    /// span #2 from=3ms lasts=5ms
    ///
    /// ! SERVER Echo/Say #1 <- driver
    ///   INTERNAL work #2
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary span=work
    /// opened 0 #2
    /// span #1 from=4ms lasts=9ms
    /// span #2 from=3ms lasts=5ms
    ///
    /// ! SERVER Echo/Say #1 <- driver
    ///   INTERNAL work #2
    /// ```
    family: Lifecycle,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span",
        clause: "the span should have a start time that corresponds to the start time of the first sub-operation, and an end time of when the final sub-operation is complete",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        // Times that are absent or in the wrong order have rules of their own.
        if span.start_ns == 0 || span.end_ns < span.start_ns {
            continue;
        }
        let during: Vec<&Span> = match end.side {
            Side::Server => in_handler(case, end),
            Side::Client => around_call(case, end),
            // Nothing of the application is done in an attempt.
            Side::Attempt => Vec::new(),
        };
        let during = || during.iter().filter(|work| work.lasted().is_some());
        if during().any(|work| span.end_ns + least(span, work) <= work.end_ns) {
            findings.add(
                place(case, end, span),
                "The span ended while the call was open: work that was done in it went on.",
            );
        }
        if during().any(|work| work.start_ns + least(span, work) <= span.start_ns) {
            findings.add(
                place(case, end, span),
                "The span began when the call was open: work that was done in it had begun.",
            );
        }
    }
}

/// The least difference of two spans' times that means anything: the unit of the coarsest of their clocks.
fn least(one: &Span, other: &Span) -> u64 {
    let times = [one.start_ns, one.end_ns, other.start_ns, other.end_ns];
    let unit = |time: u64| [1_000_000, 1_000].into_iter().find(|unit| time.is_multiple_of(*unit)).unwrap_or(1);
    times.into_iter().map(unit).max().unwrap_or(1)
}

/// The spans that a handler closed before it ended its call.
fn in_handler<'a>(case: &Case<'a>, end: &End<'a>) -> Vec<&'a Span> {
    let Some((record, steps)) = handled(case, end.call, end.server_record()) else { return Vec::new() };
    closed(case, record, steps, 0..steps.len())
}

/// The spans that a handler closed while a call that it had made could not end.
fn around_call<'a>(case: &Case<'a>, end: &End<'a>) -> Vec<&'a Span> {
    let Some(caller) = case.call(end).caller else { return Vec::new() };
    let record = case.ends_of(caller).find(|other| other.side == Side::Server);
    let record = record.and_then(End::server_record);
    let Some((record, steps)) = handled(case, caller, record) else { return Vec::new() };
    let call = case.call(end);
    if case.is_disturbed(end.call) || call.plan.deadline_ms.is_some() {
        return Vec::new();
    }
    let made = |step: &ServerStep| matches!(step, ServerStep::Calls { calls, .. } if calls.iter().any(|made| made.name == call.plan.name));
    let Some(begun) = steps.iter().position(made) else { return Vec::new() };
    let awaited = awaited(call.plan);
    let raises = |step: &ServerStep| matches!(step, ServerStep::Raise { signal } if awaited.contains(&signal.as_str()));
    let Some(released) = steps.iter().position(raises).filter(|released| *released > begun) else { return Vec::new() };
    // It is let go of by a step of its own, if at all: not before it is released.
    if call.plan.steps.iter().flatten().any(ClientStep::gives_up) {
        return Vec::new();
    }
    closed(case, record, steps, begun..released)
}

/// The signals without which the callee does not end the call.
fn awaited(call: &Call) -> Vec<&str> {
    let steps = before_end(call.server.as_deref().unwrap_or_default()).iter();
    steps
        .filter_map(|step| if let ServerStep::Await { signal } = step { Some(signal.as_str()) } else { None })
        .collect()
}

/// What the handler of a call that arrived once did while the call was certainly open.
fn handled<'a>(
    case: &Case<'a>,
    call: usize,
    record: Option<&'a ServerRecord>,
) -> Option<(&'a ServerRecord, &'a [ServerStep])> {
    let record = record.filter(|_| case.arrivals(call) <= 1)?;
    Some((record, steps_while_open(case, call, record)?))
}

/// The exported spans of the `span` steps within a range of the list that are closed where they stand.
fn closed<'a>(
    case: &Case<'a>,
    record: &ServerRecord,
    steps: &[ServerStep],
    range: std::ops::Range<usize>,
) -> Vec<&'a Span> {
    let mut next = 0;
    let mut found = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let ServerStep::Span { steps: inner, outlives, .. } = step else {
            next += opened(std::slice::from_ref(step));
            continue;
        };
        // A call may end inside of a span, which then is closed later.
        let ends = inner.iter().any(|step| matches!(step, ServerStep::End { .. } | ServerStep::Fail { .. }));
        let span = record.spans.get(next).filter(|_| range.contains(&index) && !outlives && !ends);
        let own = span.map(|span| SpanRef { trace_id: span.trace_id, span_id: span.span_id });
        found.extend(own.and_then(|own| case.find(own)).map(|place| &case.spans()[place]));
        next += 1 + opened(inner);
    }
    found
}

/// How many spans these steps open.
fn opened(steps: &[ServerStep]) -> usize {
    let one = |step: &ServerStep| match step {
        ServerStep::Span { steps, .. } => 1 + opened(steps),
        ServerStep::OnAttempt { steps, .. } => opened(steps),
        _ => 0,
    };
    steps.iter().map(one).sum()
}
