use super::Findings;
use super::support::{is_or_is_below, outgoing, place_of_end};
use crate::subject::Case;

rule! {
    /// The span id that a callee receives is that of the span of the call, or of a span below it (an attempt, the HTTP
    /// request). If it is another span's, the caller's SERVER span for one, the callee hangs beside the call instead of
    /// under it. If it is the id of a span that was never exported, the callee hangs under nothing.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// wire 0.a traceparent=00-{#1}-01
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    ///     CLIENT POST #1
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// wire 0.a traceparent=00-{#1}-01
    ///
    /// SERVER Echo/Say #1 <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#a-traceparent-is-received",
        clause: "The value of property parent-id MUST be set to a value representing the ID of the current operation.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case) {
        let (Some(sent), Some(span)) = (outgoing.parent(), outgoing.span) else { continue };
        let sent = sent.name_ref();
        if sent.trace_id != span.trace_id || is_or_is_below(case, sent, span.name_ref()) {
            continue;
        }
        let attempt = case.may_be_retried(outgoing.end);
        let message = match case.find(sent) {
            // Attempts side by side are another rule's business.
            Some(other) if attempt && case.unbound.contains(&other) => continue,
            Some(_) => "The callee received the id of another span than the call's.",
            None if !case.evidence.capture.complete || is_open(case, sent) => continue,
            None if case.owner(sent).is_some() => "The callee received the id of another span than the call's.",
            None => "The callee received the id of a span that was never exported.",
        };
        findings.add(place_of_end(case, outgoing.end).key("traceparent"), message);
    }
}

fn is_open(case: &Case<'_>, span: crate::trace::SpanRef) -> bool {
    case.evidence.capture.open.iter().any(|open| open.trace_id == span.trace_id && open.span_id == span.span_id)
}
