use super::support::{Hang, hang};
use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::{Case, End, Party};
use crate::trace::Kind;

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
        let of_call = matches!(span.kind, Kind::Client | Kind::Server) && case.is_of_a_call(span);
        if of_call && !is_explained(case, index) {
            findings.add(
                Place::span(span),
                format!("A {} span says that it is of a call, and no call is known for it.", span.kind),
            );
        }
    }
}

fn is_explained(case: &Case<'_>, index: usize) -> bool {
    let span = &case.spans()[index];
    let side = if span.kind == Kind::Client { Side::Client } else { Side::Server };
    let has_copies = case.find(span.name_ref()) != Some(index);
    let is_bound_client =
        |above: usize| case.ends.iter().any(|end| end.side == Side::Client && end.span == Some(above));
    let below_client = span.kind == Kind::Client && case.tree.ancestors(index).any(is_bound_client);
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
        Side::Client => call.client == Party::Target && call.record.is_none_or(|record| record.client.is_none()),
        Side::Server => call.server == Party::Target && call.record.is_none(),
    })
}
