use super::support::compared;
use super::{Findings, Place};
use crate::convention::Side;
use crate::scenario::ServerStep;
use crate::subject::Case;

rule! {
    /// Who is called learns that its caller has gone. A wrapper that keeps a request or a response alive, or reads it to the
    /// end, takes that away: the handler works on for nobody. Only handlers whose script waits to be told are compared with
    /// the same case played with the instrumentation off: others may rightly have ended before. Such a handler may not be
    /// over at all.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary cancelled awaits-cancelled
    /// baseline 0
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary awaits-cancelled
    /// baseline 0 cancelled
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    family: Transparency,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/error-handling/",
        clause: "users would prefer to lose telemetry data rather than have the library significantly change the behavior of the instrumented application",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for call in compared(case) {
        let waits = case.calls[call.call].steps.iter().any(|step| matches!(step, ServerStep::AwaitCancelled));
        let pairs = call.with.server.iter().zip(&call.without.server);
        for _ in pairs.filter(|(with, without)| waits && without.cancelled && !with.cancelled) {
            let message = "The handler was not told that the call is over, as it is without instrumentation.";
            findings.add(Place::default().of_call(call.path, Side::Server), message);
        }
    }
}
