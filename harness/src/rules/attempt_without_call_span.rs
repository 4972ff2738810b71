use super::support::{count, is_absent, place, place_of_end};
use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::{Case, End};

rule! {
    /// A client that retries makes several attempts of one call, and one CLIENT span covers them all. An
    /// instrumentation that sits below the retries makes a span for each attempt, and the call itself is nowhere: its
    /// duration, its final status and the fact that these attempts belong together are lost. Spans for attempts are
    /// welcome below the call's span; side by side, with no span around them, they are the offence. The conventions up
    /// to 1.38 say nothing of retries. gRPC's own tracing has spans for both, and the call's around each attempt.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer attempts=2
    /// arrived 0.a #2 #3
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again #1
    ///     CLIENT Echo/Again #2
    ///     CLIENT Echo/Again #3
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer attempts=2
    /// arrived 0.a #1 #2
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again #1
    ///   ! CLIENT Echo/Again #2
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// ! call 0.a unary -> peer
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   INTERNAL Attempt.Echo.Again
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/rpc-spans.md#rpc-client-span",
        clause: "If a transient issue happened and was retried within this RPC, the corresponding span SHOULD cover the duration of the logical call with all retries.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    if case.convention().attempt.is_some() {
        check_levels(case, findings);
        return;
    }
    let Some(source) = &case.convention().client.retries else { return };
    for (end, _, span) in case.bound().filter(|(end, ..)| end.side == Side::Client) {
        let alone = attempts(case, end).len();
        if alone > 1 {
            let place: Place = place(case, end, span);
            findings.add_by(
                source,
                place,
                format!("The call's {alone} attempts have a CLIENT span each and no span covers the call."),
            );
        }
    }
}

/// Where attempts have spans of their own, one of them without the call's is enough.
fn check_levels(case: &Case<'_>, findings: &mut Findings) {
    let Some(source) = &case.convention().client.existence else { return };
    for end in case.ends.iter().filter(|end| end.side == Side::Client && is_absent(case, end)) {
        let attempts = case.attempts(end.call).filter(|attempt| attempt.span.is_some()).count();
        if attempts > 0 {
            let message =
                format!("A span was exported for {} of the call, and none for the call.", count(attempts, "attempt"));
            findings.add_by(source, place_of_end(case, end), message);
        }
    }
}

/// The spans that went out with the attempts and hang side by side.
fn attempts(case: &Case<'_>, end: &End<'_>) -> Vec<usize> {
    let mut spans: Vec<usize> = (0..case.arrivals(end.call))
        .filter_map(|arrival| case.remote_context(end.call, arrival).valid())
        .filter_map(|parent| case.find(parent.name_ref()))
        .filter(|index| {
            let span = &case.spans()[*index];
            case.spec(end).is_form_of(span) && case.owner(span.name_ref()).is_none_or(|owner| owner == end.call)
        })
        .filter(|index| case.expected_parent(end).accepts(&case.spans()[*index]))
        .collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}
