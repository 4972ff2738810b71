use super::Findings;
use super::support::{is_absent, place_of_end, why_absent};
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// gRPC's own tracing has a span for each attempt of a call below the call's own, also where there was one attempt: what
    /// the callee hangs under, and where a retry shows. Without it a retried call looks like a slow one. Nothing is said of
    /// attempts that never arrived, since nobody knows that there were any, nor where the call has no span either.
    ///
    /// ```pass
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> nobody
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// ! call 0.a unary -> peer attempts=2
    /// arrived 0.a #2 #1
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again #1
    ///     INTERNAL Attempt.Echo.Again #2
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://github.com/grpc/proposal/blob/780cbf6d9f7624a336a64f381954e842bf8c7a71/A45-retry-stats.md#tracing",
        clause: "create a child span for each individual call attempt, including transparent retry attempts",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for end in case.ends.iter().filter(|end| end.side == Side::Attempt && is_absent(case, end)) {
        let Some(source) = &case.spec(end).existence else { continue };
        if case.client_span(end.call).is_some() {
            let message =
                format!("The attempt reached the callee, and no span was exported for it: {}.", why_absent(case));
            findings.add_by(source, place_of_end(case, end), message);
        }
    }
}
