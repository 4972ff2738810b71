use super::Findings;
use super::support::{before_end, place};
use crate::convention::Side;
use crate::scenario::{ClientStep, ServerStep};
use crate::subject::{Case, End};
use crate::transcript::{Origin, ServerRecord};

rule! {
    /// A call's span lasts as long as the call: until the status was sent, or was received. An instrumentation that
    /// ends it at the response headers makes every stream take no time, and misses the status in the trailers. Only
    /// durations are compared, since clocks differ: the span must last at least as long as the pauses that the script
    /// took while the call was open, less a tenth.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 server-stream pause=100
    /// span #1 lasts=101ms
    ///
    /// SERVER Echo/Say #1 <- driver
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 server-stream pause=100 cancelled
    /// span #1 lasts=20ms
    ///
    /// SERVER Echo/Say #1 <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 server-stream pause=100
    /// span #1 lasts=1ms
    ///
    /// ! SERVER Echo/Say #1 <- driver
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// call 0.a server-stream -> peer pause=100
    /// span #1 lasts=101ms
    /// span #2 lasts=1ms
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again #1
    ///     ! INTERNAL Attempt.Echo.Again #2
    /// ```
    family: Lifecycle,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/rpc-spans.md#rpc-server-span",
        clause: "RPC server spans SHOULD cover the entire server-side lifecycle of an RPC",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        let Some(source) = &case.spec(end).lifetime else { continue };
        let pauses = open_pauses(case, end);
        // Timers and clocks are not exact.
        let least = pauses.saturating_sub((pauses / 10).max(5)).saturating_mul(1_000_000);
        if span.lasted().is_some_and(|lasted| lasted < least) {
            let message = format!("The call was open during pauses of {pauses} ms, and the span is shorter.");
            findings.add_by(source, place(case, end, span), message);
        }
    }
}

/// The milliseconds of pauses that the call was certainly open for, as this end saw it.
fn open_pauses(case: &Case<'_>, end: &End<'_>) -> u64 {
    let Some(record) = case.call(end).record else { return 0 };
    let (Some(client), [server]) = (&record.client, record.server.as_slice()) else { return 0 };
    let answered = client
        .outcome
        .as_ref()
        .is_some_and(|outcome| matches!(outcome.origin, Origin::Trailers | Origin::TrailersOnly | Origin::Api));
    if !answered || case.is_disturbed(end.call) || case.call(end).plan.deadline_ms.is_some() {
        return 0;
    }
    let servers = servers_pauses(case, end, server);
    match end.side {
        Side::Server | Side::Attempt => servers,
        Side::Client => servers.max(clients_pauses(case, end, client.progress.reached)),
    }
}

fn servers_pauses(case: &Case<'_>, end: &End<'_>, record: &ServerRecord) -> u64 {
    let steps = case.call(end).plan.server.as_deref().unwrap_or_default();
    let reached = steps.len().min(record.progress.reached as usize);
    let (pauses, _) = pauses_before_end(&steps[..reached]);
    pauses
}

/// The pauses before the step that ends the call, and whether there is such a step.
fn pauses_before_end(steps: &[ServerStep]) -> (u64, bool) {
    let mut pauses = 0;
    for step in steps {
        match step {
            ServerStep::Pause { ms } => pauses += u64::from(*ms),
            ServerStep::Span { steps, .. } | ServerStep::OnAttempt { number: 1, steps } => {
                let (inner, ends) = pauses_before_end(steps);
                pauses += inner;
                if ends {
                    return (pauses, true);
                }
            }
            ServerStep::End { .. } | ServerStep::Fail { .. } => return (pauses, true),
            _ => {}
        }
    }
    (pauses, false)
}

/// A server that reads all of the client's messages before it ends cannot end while the client pauses before its half-close.
fn clients_pauses(case: &Case<'_>, end: &End<'_>, reached: u32) -> u64 {
    let plan = case.call(end).plan;
    let waits = |step: &ServerStep| matches!(step, ServerStep::Receive { count: 0 });
    let reads_all = plan.server.as_deref().is_none_or(|steps| before_end(steps).iter().any(waits));
    let steps = plan.steps.as_deref().unwrap_or_default();
    let closes = steps.iter().position(|step| matches!(step, ClientStep::HalfClose));
    let streams = !plan.shape.has_single_request();
    match closes.filter(|closes| streams && reads_all && *closes < reached as usize) {
        Some(closes) => steps[..closes].iter().map(pause).sum(),
        None => 0,
    }
}

fn pause(step: &ClientStep) -> u64 {
    if let ClientStep::Pause { ms } = step { u64::from(*ms) } else { 0 }
}
