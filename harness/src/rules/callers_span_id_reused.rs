use super::Findings;
use super::support::place;
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// A SERVER span has an id of its own. One that takes over the id of the caller's span, as Zipkin once shared them,
    /// can not be told from it: everything below either hangs below both.
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
    /// span #1 id={driver}
    ///
    /// ! SERVER Echo/Say #1 <- driver
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/sdk/#sdk-span-creation",
        clause: "Generate a new span ID for the Span, independently of the sampling decision.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound().filter(|(end, ..)| end.side == Side::Server) {
        let remote = case.remote_context(end.call, end.arrival).valid();
        if remote.is_some_and(|parent| parent.name_ref() == span.name_ref()) {
            findings.add(place(case, end, span), "The SERVER span has the id of the caller's span.");
        }
    }
}
