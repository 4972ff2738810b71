use super::Findings;
use super::support::{place, place_of_end};
use crate::convention::Side;
use crate::subject::{Case, End, ParentExpectation};
use crate::trace::Span;

rule! {
    /// A context that was extracted from headers is remote, and one that a span of this process has is not. Exporters
    /// pass on which of the two a span's parent is, where they know it: a SERVER span right below what arrived has a
    /// remote parent, the span of a call made in a local span has not. Samplers decide by it, and backends find the
    /// entry to a service by it.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// ! SERVER Echo/Say <- driver
    ///   remote: false
    /// ```
    family: Context,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#isremote",
        clause: "IsRemote MUST return true, whereas for the SpanContext of any child spans it MUST return false.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        let Some(says) = says_remote(span) else { continue };
        if is_parent_remote(case, end, span).is_some_and(|remote| remote != says) {
            let (is, said) = if says { ("not remote", "is") } else { ("remote", "is not") };
            findings
                .add(place(case, end, span), format!("The span's parent is {is}, and the span says that it {said}."));
        }
    }
    for (end, _, span) in case.bound().filter(|(end, ..)| end.side == Side::Server) {
        let current = end.server_record().and_then(|record| record.context.as_ref());
        if current.is_some_and(|context| context.remote && context.name_ref() == span.name_ref()) {
            findings.add(place_of_end(case, end), "The SERVER span that the handler saw says that it is remote.");
        }
    }
}

/// What the flags say; bit 8 says whether bit 9 is known, and nothing may be made of its absence.
fn says_remote(span: &Span) -> Option<bool> {
    (span.flags & 0x100 != 0).then_some(span.flags & 0x200 != 0)
}

/// Whether the parent is remote, if the span hangs right where it should.
fn is_parent_remote(case: &Case<'_>, end: &End<'_>, span: &Span) -> Option<bool> {
    let place = case.expected_parent(end);
    if place == ParentExpectation::Unknown || !place.accepts(span) || span.parent_span_id.is_none() {
        return None;
    }
    match end.side {
        Side::Server => Some(true),
        Side::Attempt => Some(false),
        Side::Client => Some(end.client_record()?.context.as_ref()?.remote),
    }
}
