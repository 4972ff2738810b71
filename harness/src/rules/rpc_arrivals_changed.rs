use super::support::compared;
use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// A call arrives as often as it is made. An instrumentation that breaks a call on its way out, or makes it twice, changes
    /// what the program does. Calls that a client may retry are not compared: how often it did is its own matter. Nor is one
    /// that never arrived because its time was up: that may be before it is on its way.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// baseline 0.a arrived=1
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer DEADLINE_EXCEEDED
    /// baseline 0.a arrived=0
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// baseline 0.a arrived=2
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Transparency,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/error-handling/#basic-error-handling-principles",
        clause: "but MUST NOT cause the application to fail later at run time",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for call in compared(case) {
        let retries = case.calls[call.call].plan.max_attempts.is_some_and(|attempts| attempts > 1);
        let (with, without) = (call.with.server.len(), call.without.server.len());
        let too_late = call.with.is_too_late() || call.without.is_too_late();
        if with != without && !retries && !too_late {
            let message = format!("The call arrived {}, and {} without instrumentation.", times(with), times(without));
            findings.add(Place::default().of_call(call.path, Side::Server), message);
        }
    }
}

fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}
