use super::Findings;
use super::support::place_of_end;
use crate::convention::Side;
use crate::subject::{Case, Current};

rule! {
    /// The handler made a call in the root context, in which there is no span. A span that is current there all the
    /// same was put there by someone who keeps the current span in a place of his own.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer no-context
    ///
    /// SERVER Echo/Say <- driver
    /// CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer no-context
    /// current 0.a #1
    ///
    /// SERVER Echo/Say #1 <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Context,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#determining-the-parent-span-from-a-context",
        clause: "If there is no Span in the Context, the newly created Span will be a root span.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for end in case.ends.iter().filter(|end| end.side == Side::Client) {
        let current = end.client_record().is_some_and(|record| record.context.is_some());
        if current && case.expected_current(end.call) == Current::Nothing {
            findings
                .add(place_of_end(case, end), "The call was made in the root context, and a span was current there.");
        }
    }
}
