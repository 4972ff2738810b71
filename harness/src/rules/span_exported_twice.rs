use super::Findings;
use super::support::place_of_any;
use crate::subject::Case;

rule! {
    /// A span is exported once. The same span again comes from a second span processor or exporter for the same
    /// destination, and doubles every count that is made from it. (An exporter may repeat a request that was not
    /// answered; the harness answers every one.)
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
    /// span #1 from=0ms lasts=5ms
    /// span #2 from=0ms lasts=5ms
    ///
    /// ! SERVER Echo/Say #1 <- driver
    /// ! SERVER Echo/Say #2 = #1 <- driver
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/opentelemetry-proto/blob/v1.10.0/opentelemetry/proto/trace/v1/trace.proto",
        clause: "A unique identifier for a span within a trace, assigned when the span is created.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for copies in case.tree.duplicates() {
        let first = &case.spans()[copies[0]];
        if copies.iter().all(|copy| case.spans()[*copy] == *first) {
            findings.add(place_of_any(case, copies[0]), "The span was exported more than once.");
        }
    }
}
