use super::Findings;
use super::support::place;
use crate::convention::Side;
use crate::subject::Case;
use crate::trace::Span;

rule! {
    /// The caller's span is of kind CLIENT and the callee's of kind SERVER. Service maps, rates and error budgets are
    /// computed from spans of these kinds: a call whose spans are INTERNAL does not exist for them. Where the caller has a
    /// span for the call and one for each attempt, either may be the CLIENT. gRPC's own tracing (A72) says nothing of kinds;
    /// OpenTelemetry says what they mean.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// ! INTERNAL Echo/Say <- driver
    ///   rpc.system.name: "grpc"
    /// ```
    ///
    /// ```pass
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   INTERNAL Sent.Echo.Again
    ///     CLIENT Attempt.Echo.Again
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// ! INTERNAL Recv.Echo.Say <- driver
    ///   ! INTERNAL Sent.Echo.Again
    ///     INTERNAL Attempt.Echo.Again
    /// ```
    family: Kind,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client",
        clause: "Span kind MUST be CLIENT.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        let Some(right) = &case.spec(end).kind else { continue };
        let is_right = |span: &Span| span.kind == right.value;
        let by_attempt =
            end.side == Side::Client && case.attempts(end.call).any(|attempt| case.span(attempt).is_some_and(is_right));
        if !is_right(span) && !by_attempt {
            let message = format!("The {} span's kind is {} instead of {}.", end.side.as_str(), span.kind, right.value);
            findings.add_by(&right.source, place(case, end, span), message);
        }
    }
}
