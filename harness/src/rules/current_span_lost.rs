use super::Findings;
use super::support::{is_or_is_below, place_of_end};
use crate::convention::Side;
use crate::subject::{Case, Current};
use crate::trace::SpanRef;

rule! {
    /// Where the handler makes a call, its own SERVER span is current, or the span that it opened around the call, or
    /// one below. If it is not, the span was current at the handler's beginning and is lost on the way: after an
    /// `await`, on another thread, in the second half of a stream. (Another call's span is told by
    /// [`wrong_context_current`](#wrong_context_current), a span that was never current by
    /// [`server_span_not_current`](#server_span_not_current).)
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer within=work
    ///
    /// SERVER Echo/Say <- driver
    ///   INTERNAL work
    ///     CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// current 0.a none
    ///
    /// SERVER Echo/Say <- driver
    /// CLIENT Echo/Again
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
    for end in case.ends.iter().filter(|end| end.side == Side::Client) {
        let (Current::Span { trace_id, span_id }, Some(record)) =
            (case.expected_current(end.call), end.client_record())
        else {
            continue;
        };
        let right = SpanRef { trace_id, span_id };
        let message = match &record.context {
            None => "No span is current where the handler makes the call.",
            Some(context) if is_or_is_below(case, context.name_ref(), right) => continue,
            Some(context) if case.is_foreign(end.call, context.name_ref()) => continue,
            Some(_) => "Neither the handler's span nor one below it is current where the handler makes the call.",
        };
        if !super::server_span_not_current::is_told(case, case.calls[end.call].caller) {
            findings.add(place_of_end(case, end), message);
        }
    }
}
