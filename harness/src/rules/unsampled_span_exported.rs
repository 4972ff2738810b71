use super::support::place;
use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::{Case, End};
use crate::trace::Span;

rule! {
    /// The context says that the trace is not sampled, and the default sampler respects that: no span of it is
    /// exported. Spans that are there all the same cost what the sampling was meant to save, and stand alone, since
    /// nobody else recorded the rest of the trace.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary unsampled
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary unsampled
    ///
    /// ! SERVER Echo/Say <- driver
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampling",
        clause: "Span Exporters MUST receive those spans which have Sampled flag set to true and they SHOULD NOT receive the ones that do not.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    let unsampled = |end: &End<'_>| case.is_sampled(end) == Some(false);
    let message = "The call's context is not sampled, and a span was exported.";
    // A span outside of the unsampled trace ignored the context, not its flag.
    let same = |end: &End<'_>, span: &Span| {
        let current = end.client_record().and_then(|client| client.context.as_ref()).map(|context| context.trace_id);
        let parent = case.expected_parent(end).parent().map(|parent| parent.trace_id);
        parent.into_iter().chain(current).any(|trace| trace == span.trace_id)
    };
    for (end, _, span) in case.bound().filter(|(end, _, span)| unsampled(end) && same(end, span)) {
        findings.add(place(case, end, span), message);
    }
    for manual in &case.manual {
        if let Some(span) = manual.span
            && case.server_end(manual.call, manual.arrival).is_some_and(unsampled)
        {
            findings
                .add(Place::span(&case.spans()[span]).of_call(&case.calls[manual.call].path, Side::Server), message);
        }
    }
}
