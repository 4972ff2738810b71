use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// A span that the handler itself opens hangs below the call's SERVER span, or below the handler's span around it.
    /// If it does not, the instrumentation did not make its span current where the handler runs: on another thread,
    /// after an `await`, in the body of a stream. Everything that the application records is then torn from the call it
    /// belongs to. Below the span of a call that the handler made it does not belong either: that call's span stayed
    /// current for what came after, or beside it.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary span=work
    ///
    /// SERVER Echo/Say <- driver
    ///   INTERNAL work
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary span=work
    ///
    /// SERVER Echo/Say <- driver
    ///   INTERNAL filter
    ///     INTERNAL work
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary span=work
    ///
    /// SERVER Echo/Say <- driver
    /// ! INTERNAL work <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary span=work
    /// call 0.a unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/First
    ///     ! INTERNAL work
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
        let Some(own) = manual.span.filter(|_| !places.is_empty()) else { continue };
        let is_ours = |between: usize| !case.is_foreign(manual.call, case.spans()[between].name_ref());
        let is_below = |allowed: &dyn Fn(usize) -> bool| {
            places.iter().any(|place| case.is_below(own, case.spans()[*place].name_ref(), allowed))
        };
        if is_below(&is_ours) {
            continue;
        }
        let problem = match manual.within {
            _ if is_below(&|_| true) => "hangs below the span of another call, which is below its own place.",
            Some(_) => "does not hang below the handler's span around it.",
            None => "does not hang below the call's SERVER span.",
        };
        let place = Place::span(&case.spans()[own]).of_call(&case.calls[manual.call].path, Side::Server);
        findings.add(place, format!("A span that the handler opened {problem}"));
    }
}
