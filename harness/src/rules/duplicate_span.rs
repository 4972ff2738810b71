use super::Findings;
use super::support::place;
use crate::subject::{Case, End};

rule! {
    /// One end of one call has one span. Two come from two instrumentations at work at once (an agent and a library, an
    /// interceptor registered twice): every rate and duration that is computed from them is doubled. A second span
    /// counts as a duplicate if it has the same kind and name, says that it is of a call, and stands beside or directly
    /// within the first; not if the call was retried, where attempts may have spans.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// call 0.b unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    ///     rpc.system.name: "grpc"
    ///   CLIENT Echo/Again
    ///     rpc.system.name: "grpc"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.system.name: "grpc"
    ///   ! SERVER Echo/Say
    ///     rpc.system.name: "grpc"
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer
    /// arrived 0.a #1
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again
    ///     INTERNAL Attempt.Echo.Again #1
    ///   ! CLIENT Sent.Echo.Again
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#spankind",
        clause: "instrumentation should create a new Span prior to injecting the SpanContext for a remote outgoing call",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for index in case.unbound.iter().copied() {
        if let Some(end) = doubled(case, index) {
            let message = format!(
                "The {} of the call has a second {} span of the same name.",
                end.side.as_str(),
                case.spans()[index].kind
            );
            findings.add(place(case, end, &case.spans()[index]), message);
        }
    }
}

/// The end whose span has this span beside it or directly around it.
pub(super) fn doubled<'c, 'a>(case: &'c Case<'a>, index: usize) -> Option<&'c End<'a>> {
    let span = &case.spans()[index];
    if !case.is_of_a_call(index) {
        return None;
    }
    let doubles = |end: &&End<'_>| {
        let Some(first) = end.span else { return false };
        let own = &case.spans()[first];
        let beside = span.parent_span_id.is_some() && span.parent_ref() == own.parent_ref();
        let within = case.tree.parent(index) == Some(first) || case.tree.parent(first) == Some(index);
        let once = !case.may_be_retried(end);
        once && own.kind == span.kind
            && own.name == span.name
            && (beside || within)
            && own.name_ref() != span.name_ref()
    };
    case.ends.iter().find(doubles)
}
