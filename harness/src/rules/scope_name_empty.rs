use super::Findings;
use super::support::place;
use crate::subject::Case;

rule! {
    /// The scope's name says which instrumentation made a span: it is how an operator finds out what to upgrade or to
    /// turn off. An empty one is legal data, and means that nobody knows.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   scope: io.example.grpc
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// ! SERVER Echo/Say <- driver
    /// ```
    family: Resource,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/common/instrumentation-scope/",
        clause: "The instrumentation scope's name SHOULD be specified to identify the InstrumentationScope name.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    // Once is enough: what is wrong is the scope, not each of its spans.
    let unnamed = |scope: usize| case.evidence.trace.scopes.get(scope).is_none_or(|scope| scope.name.is_empty());
    if let Some((end, _, span)) = case.bound().find(|(.., span)| unnamed(span.scope)) {
        findings.add(place(case, end, span), "The span's instrumentation scope has no name.");
    }
}
