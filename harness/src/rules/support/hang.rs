//! Where an end's span hangs, against where it should.

use crate::convention::Side;
use crate::subject::{Case, End, ParentExpectation};
use crate::trace::Span;
use crate::transcript::RemoteContext;

/// How an end's span hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Hang {
    /// Where it should, or with only spans in between that stand for no call: another layer's, a middleware's.
    Right,
    /// It is a root, and should not be.
    Root,
    /// Under the right span id, in another trace.
    OtherTrace,
    /// Under a span or context of another call.
    Foreign,
    /// Under the second or a later of several contexts that arrived.
    Later,
    /// It has a parent and should be a root.
    Despite,
    /// Under something else.
    Elsewhere,
}

/// How this span of this end hangs.
pub(in crate::rules) fn hang(case: &Case<'_>, end: &End<'_>, index: usize, span: &Span) -> Hang {
    let place = case.expected_parent(end);
    if place.accepts(span) || hangs_through_others(case, place, index, span) {
        return Hang::Right;
    }
    let Some(parent) = span.parent_ref() else { return Hang::Root };
    if case.is_foreign(end.call, parent) {
        return Hang::Foreign;
    }
    match place {
        ParentExpectation::Is { span_id, .. } if span_id == parent.span_id => Hang::OtherTrace,
        ParentExpectation::Root => Hang::Despite,
        ParentExpectation::Either(_) if is_later(case, end, span) => Hang::Later,
        _ => Hang::Elsewhere,
    }
}

fn hangs_through_others(case: &Case<'_>, place: ParentExpectation, index: usize, span: &Span) -> bool {
    let is_free = |index: usize| case.unbound.contains(&index);
    if place.parent().is_some_and(|top| case.is_below(index, top, is_free)) {
        return true;
    }
    span.parent_span_id.is_some() && place.allows_root() && case.is_below_root(index, is_free)
}

fn is_later(case: &Case<'_>, end: &End<'_>, span: &Span) -> bool {
    if end.side == Side::Client {
        return false;
    }
    match case.remote_context(end.call, end.arrival) {
        RemoteContext::Several(parents) => {
            parents.iter().skip(1).flatten().any(|parent| span.parent_ref() == Some(parent.name_ref()))
        }
        _ => false,
    }
}
