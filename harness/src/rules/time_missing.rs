use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;

rule! {
    /// A span says when it started and when it ended. Zero, the beginning of 1970, is what an exporter writes that was
    /// never told.
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
    /// span #1 end=0
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
        let what = match (span.start_ns, span.end_ns) {
            (0, 0) => "neither start nor end",
            (0, _) => "no start",
            (_, 0) => "no end",
            _ => continue,
        };
        findings.add(place_of_any(case, index), format!("The span has {what} time."));
    }
}
