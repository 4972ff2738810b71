use super::Findings;
use super::support::place_of_end;
use crate::subject::Case;

rule! {
    /// The handler opened a span inside a sampled call whose SERVER span was exported, and the handler's span is not
    /// there. What was current there was then not the call's span but an unsampled or a foreign context, or none at
    /// all: the application's own spans vanish, or begin traces of their own, as soon as the handler has sent its
    /// headers, for one.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary span=work
    ///
    /// SERVER Echo/Say <- driver
    ///   INTERNAL work
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary span=work
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampling",
        clause: "Span Exporters MUST receive those spans which have Sampled flag set to true",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    if !case.evidence.capture.complete {
        return;
    }
    for (index, manual) in case.manual.iter().enumerate() {
        if manual.span.is_some() || manual.open.is_some() || case.handler_span(index).is_none() {
            continue;
        }
        let handlers = case.server_end(manual.call, manual.arrival);
        if let Some(end) = handlers.filter(|end| case.is_sampled(end) == Some(true)) {
            let message = format!(
                "The handler opened the span `{}` in a sampled call, and it is not in the call's trace.",
                manual.name
            );
            findings.add(place_of_end(case, end), message);
        }
    }
}
