use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;

rule! {
    /// A span ends after it starts, or at the same time. One that ends before has a negative duration in every sum; it
    /// was timed by two clocks, or by one that was set back.
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
    /// span #1 lasts=-3ms
    ///
    /// ! SERVER Echo/Say #1 <- driver
    /// ```
    family: Lifecycle,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/opentelemetry-proto/blob/v1.10.0/opentelemetry/proto/trace/v1/trace.proto",
        clause: "This field is semantically required and it is expected that end_time >= start_time.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        if span.end_ns != 0 && span.end_ns < span.start_ns {
            findings.add(place_of_any(case, index), "The span ends before it starts.");
        }
    }
}
