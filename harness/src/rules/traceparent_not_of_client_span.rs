use super::Findings;
use super::support::{is_open, is_or_is_below, outgoing, place_of_end};
use crate::convention::{Level, Side, Source};
use crate::subject::Case;

rule! {
    /// The span id that a callee receives is that of the span of the call, or of a span below it (an attempt, the HTTP
    /// request). If it is another span's, the caller's SERVER span for one, the callee hangs beside the call instead of
    /// under it. If it is the id of a span that was never exported, the callee hangs under nothing. Where the convention has
    /// a span for each attempt, the callee hangs under that.
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
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// wire 0.a traceparent=00-{#1}-01
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again #1
    ///     INTERNAL Attempt.Echo.Again
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
    check_attempts(case, findings);
}

/// That the callee hangs under the attempt's span. (A call's span that went out is a span of the call all the same.)
fn check_attempts(case: &Case<'_>, findings: &mut Findings) {
    for end in case.ends.iter().filter(|end| end.side == Side::Attempt && end.arrival < case.arrivals(end.call)) {
        let sent = case.remote_context(end.call, end.arrival).valid();
        let (Some(sent), Some(own), Some(call)) = (sent, case.span(end), case.client_span(end.call)) else { continue };
        let sent = sent.name_ref();
        if is_or_is_below(case, sent, call.name_ref()) && !is_or_is_below(case, sent, own.name_ref()) {
            let message = "The callee received the id of another span than the attempt's.";
            findings.add_by(&new_span(), place_of_end(case, end).key("traceparent"), message);
        }
    }
}

fn new_span() -> Source {
    Source {
        level: Level::Should,
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#spankind".to_owned(),
        quote: "instrumentation should create a new Span prior to injecting the SpanContext for a remote outgoing call"
            .to_owned(),
    }
}
