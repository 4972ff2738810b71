use super::support::{Hang, hang};
use super::{Findings, Place};
use crate::convention::Side;
use crate::scenario::Party;
use crate::subject::{Case, End};
use crate::trace::{Kind, Span};

rule! {
    /// A CLIENT or SERVER span that says it is of a gRPC call, and no call is known that it could be of. Most often it
    /// stands for a call that has another span already, but hangs somewhere else or has another name. Spans of layers
    /// below (attempts, HTTP) and of frameworks above a call's own span are legal.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    ///     rpc.system.name: "grpc"
    ///     CLIENT Attempt.Echo.Again
    ///       rpc.system.name: "grpc"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   ! CLIENT Echo/Again
    ///     rpc.system.name: "grpc"
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   ! INTERNAL Attempt.Echo.Again
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#spankind",
        clause: "SERVER indicates that the span covers server-side handling of a remote request while the client awaits a response",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    if case.calls.is_empty() {
        return;
    }
    for index in case.unbound.iter().copied() {
        let span = &case.spans()[index];
        let Some(side) = side_of(case, span).filter(|_| case.is_of_a_call(index)) else { continue };
        if !is_explained(case, index, side) {
            findings.add(
                Place::span(span),
                format!("A span of kind {} says that it is of a call, and no call is known for it.", span.kind),
            );
        }
    }
}

/// The end that a span says it is of: by its name where names tell, else by its kind.
fn side_of(case: &Case<'_>, span: &Span) -> Option<Side> {
    let convention = case.convention();
    let attempt = convention.attempt.as_ref().map(|spec| (Side::Attempt, spec));
    let sides = [(Side::Client, &convention.client), (Side::Server, &convention.server)].into_iter().chain(attempt);
    let mut named = sides.filter(|(_, spec)| spec.beginnings().next().is_some()).peekable();
    if named.peek().is_some() {
        return named.find(|(_, spec)| spec.is_form_of(span)).map(|(side, _)| side);
    }
    match span.kind {
        Kind::Client => Some(Side::Client),
        Kind::Server => Some(Side::Server),
        _ => None,
    }
}

fn is_explained(case: &Case<'_>, index: usize, side: Side) -> bool {
    let span = &case.spans()[index];
    let has_copies = case.find(span.name_ref()) != Some(index);
    let is_bound_client =
        |above: usize| case.ends.iter().any(|end| end.side == Side::Client && end.span == Some(above));
    let below_client = side != Side::Server && case.tree.ancestors(index).any(is_bound_client);
    let around = |end: &End<'_>| {
        end.side == side && end.span.is_some_and(|own| case.tree.ancestors(own).any(|above| above == index))
    };
    let retried =
        |end: &End<'_>| case.may_be_retried(end) && end.side == side && hang(case, end, index, span) == Hang::Right;
    has_copies
        || is_unrecorded(case, side)
        || below_client
        || super::duplicate_span::doubled(case, index).is_some()
        || case.ends.iter().any(|end| around(end) || retried(end))
}

/// Whether the target may have made, or received, a call that nobody wrote down: one of a handler that was cut short.
fn is_unrecorded(case: &Case<'_>, side: Side) -> bool {
    case.calls.iter().any(|call| match side {
        Side::Client | Side::Attempt => {
            call.client == Party::Target && call.record.is_none_or(|record| record.client.is_none())
        }
        Side::Server => call.server == Party::Target && call.record.is_none(),
    })
}
