use super::support::compared;
use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// A deadline is the application's: an instrumentation that calls with a context of its own loses it, and one that
    /// carries a handler's context further than the application did gives the inner call a deadline that nobody asked for.
    /// Whether the callee was given one is compared with the same case played with the instrumentation off.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// baseline 0
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary
    /// baseline 0 deadline=500
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
        for (with, without) in call.with.server.iter().zip(&call.without.server) {
            let message = match (with.deadline_ms, without.deadline_ms) {
                (None, Some(_)) => "The call arrived without the deadline that it has without instrumentation.",
                (Some(_), None) => "The call arrived with a deadline that it has not without instrumentation.",
                (Some(_), Some(_)) | (None, None) => continue,
            };
            findings.add(Place::default().of_call(call.path, Side::Server), message);
        }
    }
}
