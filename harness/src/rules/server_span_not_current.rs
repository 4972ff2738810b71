use super::Findings;
use super::support::{is_open, is_or_is_below, place_of_end};
use crate::convention::Side;
use crate::subject::{Case, End};
use crate::transcript::flags;

rule! {
    /// When the handler begins, the call's SERVER span is current, or a span below it. Otherwise everything that the
    /// application does in the handler, its own spans, its calls and its log lines, is torn from the call. For a call
    /// that is not sampled the context still has the trace's id and says that it is not sampled, so that calls made
    /// from it stay in the trace.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 1 unary unsampled
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary
    /// handler 0 none
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary unsampled
    /// handler 0 none
    /// ```
    family: Context,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#context-interaction",
        clause: "Set the currently active span into a new context, and make that the implicit context.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for end in case.ends.iter().filter(|end| end.side == Side::Server) {
        if let Some(message) = problem(case, end) {
            findings.add(place_of_end(case, end), message);
        }
    }
}

/// Whether this rule has a finding on the only handler of a call.
pub(super) fn is_told(case: &Case<'_>, call: Option<usize>) -> bool {
    let end = call.and_then(|call| case.only_end(call, Side::Server));
    end.is_some_and(|end| problem(case, end).is_some())
}

fn problem(case: &Case<'_>, end: &End<'_>) -> Option<&'static str> {
    let context = end.server_record()?.context.as_ref();
    match case.span(end) {
        Some(span) => {
            let Some(context) = context else { return Some("No span is current in the handler.") };
            let current = context.name_ref();
            let right = is_or_is_below(case, current, span.name_ref());
            // A span that is still open may be below; another call's is another rule's business.
            let other = case.is_foreign(end.call, current) || is_open(case, current);
            (!right && !other).then_some("Neither the call's SERVER span nor one below it is current in the handler.")
        }
        None if case.is_sampled(end) == Some(false) => {
            let parent = case.remote_context(end.call, end.arrival).valid()?;
            let Some(context) = context else {
                return Some("No context is current in the handler of an unsampled call.");
            };
            let same = context.trace_id == parent.trace_id;
            let message = if same {
                "The context in the handler of an unsampled call says that it is sampled."
            } else {
                "The context in the handler of an unsampled call is of another trace."
            };
            let wrong = !same || context.flags & flags::SAMPLED != 0;
            (wrong && !case.is_foreign(end.call, context.name_ref())).then_some(message)
        }
        None => None,
    }
}
