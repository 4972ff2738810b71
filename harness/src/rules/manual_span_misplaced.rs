use super::support::is_or_is_below;
use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// A span that the handler itself opens hangs below the call's SERVER span, or below the handler's span around it.
    /// If it does not, the instrumentation did not make its span current where the handler runs: on another thread,
    /// after an `await`, in the body of a stream. Everything that the application records is then torn from the call it
    /// belongs to.
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
    /// call 0 unary span=work
    ///
    /// SERVER Echo/Say <- driver
    /// ! INTERNAL work <- driver
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#determining-the-parent-span-from-a-context",
        clause: "the Context may contain a Span representing the currently active instance, and will be used as parent",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, manual) in case.manual.iter().enumerate() {
        let places = case.manual_places(index);
        let Some(span) = manual.span.map(|own| &case.spans()[own]).filter(|_| !places.is_empty()) else { continue };
        let below = |parent| places.iter().any(|place| is_or_is_below(case, parent, case.spans()[*place].name_ref()));
        if !span.parent_ref().is_some_and(below) {
            let place = Place::span(span).of_call(&case.calls[manual.call].path, Side::Server);
            let what = if manual.within.is_some() { "the handler's span around it" } else { "the call's SERVER span" };
            findings.add(place, format!("A span that the handler opened does not hang below {what}."));
        }
    }
}
