use super::Findings;
use super::support::{is_absent, place_of_end, why_absent};
use crate::convention::Side;
use crate::scenario::{ClientStep, Party};
use crate::subject::{Case, End};

rule! {
    /// Every call that the target makes has a span of its own, also one that never reaches a server. Without it the
    /// callee hangs under nobody or under the wrong span, and nobody sees how long the caller waited. No clause says
    /// "MUST create a span"; but an instrumentation of gRPC clients that makes none did not do what it is for, so this
    /// is an error. Nothing is said of calls in an unsampled context, of calls that the client let go of before they
    /// arrived anywhere, nor while spans may still be on their way.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> nobody UNAVAILABLE
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary unsampled
    /// call 0.a unary -> peer
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#spankind",
        clause: "instrumentation should create a new Span prior to injecting the SpanContext for a remote outgoing call",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    // Spans of its attempts without one of the call are `attempt_without_call_span`'s to tell.
    let has_attempts = |end: &End<'_>| case.attempts(end.call).any(|attempt| attempt.span.is_some());
    let missing = |end: &&End<'_>| {
        end.side == Side::Client && is_absent(case, end) && !never_left(case, end) && !has_attempts(end)
    };
    for end in case.ends.iter().filter(missing) {
        let message =
            format!("The target made the call, and no CLIENT span was exported for it: {}.", why_absent(case));
        findings.add(place_of_end(case, end), message);
    }
}

/// Whether the client let go of the call, and nobody received it: it may have been no more than an object.
fn never_left(case: &Case<'_>, end: &End<'_>) -> bool {
    let call = case.call(end);
    let received = case.arrivals(end.call) > 0 || call.server == Party::Nobody;
    !received && call.plan.steps.iter().flatten().any(ClientStep::gives_up)
}
