//! Which span stands for which end of which call.
//!
//! The strongest evidence first, for all ends, before weaker evidence is used for any: what the wire says (the span id that
//! the callee received is the caller's span; a span whose parent is the received span id is the callee's), then what the journal
//! says was current, then kind and place in the tree; and only when every span of the right kind has had its chance, spans
//! of another kind that look like a call's. A span stands for one end at most. Nothing depends on arrival: among candidates
//! the one that agrees best with what is known of the end is taken, and where spans are alike in all of this they are taken
//! in the order of their content.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use smallvec::{SmallVec, smallvec};

use super::groups::Groups;
use super::{Case, End, Journal, ParentExpectation};
use crate::convention::Side;
use crate::evidence::Open;
use crate::scenario::Context;
use crate::trace::{Attribute, Kind, Span, SpanRef, TraceId, Value};
use crate::transcript::{JournaledContext, TraceParent};

pub(super) fn bind(case: &mut Case<'_>) {
    let mut binder = Binder::new(case);
    if believes_journal(case, &binder) {
        binder.round(case, Likeness::Both, by_journal);
    }
    // A framework's or a lower layer's span may have the right kind and the right place, and be no gRPC call's.
    for evidence in [by_wire, by_wire_below] {
        binder.round(case, Likeness::Both, evidence);
    }
    binder.round(case, Likeness::Kind, by_wire);
    lift_clients(case, &mut binder);
    for evidence in [by_journal, by_callers_place] {
        binder.round(case, Likeness::Kind, evidence);
    }
    // Now it is known what was sent, where nobody saw it arrive.
    for evidence in [by_sent, by_wire_below, by_root_above] {
        binder.round(case, Likeness::Both, evidence);
    }
    for evidence in [by_place, by_wire_below] {
        binder.round(case, Likeness::Kind, evidence);
    }
    // Wire and journal are stronger evidence than a kind and a trace, which a span of another end may have.
    for evidence in [by_wire, by_journal] {
        binder.round(case, Likeness::Content, evidence);
    }
    for evidence in [by_trace, by_kind] {
        binder.round(case, Likeness::Kind, evidence);
    }
    binder.round(case, Likeness::Content, by_place);
    for evidence in [by_wire, by_journal] {
        binder.round(case, Likeness::Unlike, evidence);
    }
    bind_more_attempts(case, &mut binder);
    bind_manual(case, &mut binder);
    case.unbound = binder.free().collect();
    bind_open(case);
}

/// What makes a span a candidate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// Its kind is the end's, or its name where names tell the sorts of spans apart.
    Kind,
    /// It has attributes that only spans of calls have.
    Content,
    /// Both.
    Both,
    /// Neither, where only names would tell, and it has the form of nothing else.
    Unlike,
}

type Evidence = fn(&Case<'_>, usize, &Candidates<'_, '_>) -> Option<usize>;

struct Binder<'a> {
    /// All spans, in the order of their content.
    order: SmallVec<[usize; 8]>,
    /// For each span, whether it stands for something already.
    taken: SmallVec<[bool; 32]>,
    /// The names that the script gives to manual spans: no instrumentation uses them.
    manual: SmallVec<[&'a str; 4]>,
    /// The spans below each span, in the order of their content; the parent need not have been exported.
    children: Groups<SpanRef>,
    /// The ends whose handler says that a span is current.
    current: Groups<SpanRef>,
    /// The spans of each trace, in the order of their content.
    traces: OnceCell<Groups<TraceId>>,
    /// The ends whose spans should hang below a span, but for attempts.
    places: OnceCell<Groups<(Side, SpanRef)>>,
}

/// The spans that may still stand for an end.
struct Candidates<'b, 'a> {
    binder: &'b Binder<'a>,
    likeness: Likeness,
}

impl<'a> Binder<'a> {
    fn new(case: &Case<'a>) -> Self {
        let spans = case.spans();
        let order = content_order(spans);
        let hanging = order.iter().filter_map(|index| Some((spans[*index].parent_ref()?, *index)));
        let current = (0..case.ends.len()).filter_map(|end| Some((journaled(case, end)?, end)));
        Self {
            children: Groups::new(hanging),
            current: Groups::new(current),
            traces: OnceCell::new(),
            places: OnceCell::new(),
            taken: smallvec![false; spans.len()],
            manual: case.manual.iter().map(|manual| manual.name).collect(),
            order,
        }
    }

    fn round(&mut self, case: &mut Case<'_>, likeness: Likeness, evidence: Evidence) {
        for index in 0..case.ends.len() {
            if case.ends[index].span.is_none() {
                let found = evidence(case, index, &Candidates { binder: self, likeness });
                case.ends[index].span = found.inspect(|span| self.taken[*span] = true);
            }
        }
    }

    /// The spans that stand for nothing yet, in the order of their content.
    fn free(&self) -> impl Iterator<Item = usize> {
        self.order.iter().copied().filter(|span| !self.taken[*span])
    }

    fn children(&self, parent: SpanRef) -> impl Iterator<Item = usize> {
        self.children.get(parent)
    }

    fn in_trace(&self, case: &Case<'_>, trace: TraceId) -> impl Iterator<Item = usize> {
        let spans = || Groups::new(self.order.iter().map(|index| (case.spans()[*index].trace_id, *index)));
        self.traces.get_or_init(spans).get(trace)
    }

    fn ends_below(&self, case: &Case<'_>, side: Side, parent: SpanRef) -> impl Iterator<Item = usize> {
        let places = || {
            let ends = case.ends.iter().enumerate().filter(|(_, end)| end.side != Side::Attempt);
            Groups::new(ends.filter_map(|(index, end)| Some(((end.side, case.expected_parent(end).parent()?), index))))
        };
        self.places.get_or_init(places).get((side, parent))
    }
}

impl Candidates<'_, '_> {
    fn accepts(&self, case: &Case<'_>, end: usize, index: usize) -> bool {
        let span = &case.spans()[index];
        let spec = case.spec(&case.ends[end]);
        let by_name = spec.beginnings().next().is_some();
        let alike = match self.likeness {
            Likeness::Kind => spec.is_form_of(span),
            Likeness::Content => case.is_of_a_call(index) && (!by_name || spec.is_form_of(span)),
            Likeness::Both => spec.is_form_of(span) && case.is_of_a_call(index),
            Likeness::Unlike => by_name && !case.is_of_a_call(index),
        };
        alike && !self.binder.taken[index] && !self.binder.manual.iter().any(|name| is_manual(span, name))
    }

    /// Whether a span may be a framework's around a call's. What hangs below a call's span is another call's, or its double.
    fn is_others(&self, case: &Case<'_>, index: usize) -> bool {
        !self.binder.taken[index] && !case.is_of_a_call(index)
    }

    /// Whether a span hangs where no other end's span should that has one: else it is that end's second span, not this
    /// end's misplaced one.
    fn is_nobodys(&self, case: &Case<'_>, end: usize, index: usize) -> bool {
        let Some(parent) = case.spans()[index].parent_ref() else { return true };
        let mut owners = self.binder.ends_below(case, case.ends[end].side, parent);
        owners.all(|owner| owner == end || case.ends[owner].span.is_none())
    }

    /// The candidate among these that agrees best with what is known of the end.
    fn best(
        &self,
        case: &Case<'_>,
        end: usize,
        among: impl Iterator<Item = usize>,
        fits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mut fitting = among.filter(|index| self.accepts(case, end, *index) && fits(*index));
        let first = fitting.next()?;
        let mut best = (None, first);
        for index in fitting {
            let known = *best.0.get_or_insert_with(|| agreement(case, end, best.1));
            let other = agreement(case, end, index);
            if other > known {
                best = (Some(other), index);
            }
        }
        Some(best.1)
    }
}

/// Of how much that is known of an end a span says the same.
fn agreement(case: &Case<'_>, end: usize, span: usize) -> usize {
    let (end, span) = (&case.ends[end], &case.spans()[span]);
    let spec = case.spec(end);
    let attributes = spec.attributes.iter().filter(|attribute| {
        span.value(&attribute.key).is_some_and(|value| {
            case.all_hold(&attribute.applies_when, end) == Some(true)
                && case.is_right(&attribute.values, end, value) == Some(true)
        })
    });
    let named = spec.name.iter().any(|spec| {
        case.all_hold(&spec.when, end) == Some(true)
            && case.is_right(&spec.values, end, span.name.as_str()) == Some(true)
    });
    attributes.count() + usize::from(named)
}

/// Spans that differ only in ids and times keep no order of their own: then the ids decide, which the harness or the
/// target made at random, and any choice among such spans judges alike.
fn content_order(spans: &[Span]) -> SmallVec<[usize; 8]> {
    let mut order: SmallVec<[usize; 8]> = (0..spans.len()).collect();
    order.sort_by(|one, other| by_content(&spans[*one], &spans[*other]));
    order
}

fn by_content(one: &Span, other: &Span) -> Ordering {
    let last = |span: &Span| (span.status.code, span.start_ns, span.trace_id, span.span_id, span.parent_span_id);
    let first = one.kind.cmp(&other.kind).then_with(|| one.name.cmp(&other.name));
    first
        .then_with(|| by_text(&one.attributes, &other.attributes))
        .then_with(|| last(one).cmp(&last(other)))
        // At last the whole span: only copies are left to the order of arrival, and those are alike.
        .then_with(|| format!("{one:?}").cmp(&format!("{other:?}")))
}

/// By the first attribute that is written otherwise. Most are the same, and need not be written to see that.
fn by_text(one: &[Attribute], other: &[Attribute]) -> Ordering {
    let text = |attribute: &Attribute| format!("{}={}", attribute.key, attribute.value);
    let mut differing = one.iter().zip(other).filter(|(one, other)| !are_same(one, other));
    let first = differing.find_map(|(one, other)| Some(text(one).cmp(&text(other))).filter(|order| order.is_ne()));
    first.unwrap_or_else(|| one.len().cmp(&other.len()))
}

/// Whether two attributes are certainly written alike: of numbers with a point, 0 and -0 are equal and are not.
fn are_same(one: &Attribute, other: &Attribute) -> bool {
    one.key == other.key
        && match (&one.value, &other.value) {
            (Value::String(one), Value::String(other)) => one == other,
            (Value::Int(one), Value::Int(other)) => one == other,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            _ => false,
        }
}

fn by_wire(case: &Case<'_>, end: usize, candidates: &Candidates<'_, '_>) -> Option<usize> {
    let call = case.ends[end].call;
    match case.ends[end].side {
        Side::Client if case.convention().attempt.is_some() => around_attempts(case, end, candidates),
        // What is no arrival's has no context of its own.
        Side::Attempt if case.ends[end].arrival >= case.arrivals(call) => None,
        Side::Attempt => contexts(case, call, case.ends[end].arrival)
            .find_map(|own| case.find(own).filter(|index| candidates.accepts(case, end, *index))),
        // Where attempts have spans and the call has none, the last one's has the status that the call ended with.
        Side::Client => (0..case.arrivals(call))
            .rev()
            .flat_map(|arrival| contexts(case, call, arrival))
            .find_map(|own| case.find(own).filter(|index| candidates.accepts(case, end, *index))),
        Side::Server => contexts(case, call, case.ends[end].arrival)
            .find_map(|parent| candidates.best(case, end, candidates.binder.children(parent), |_| true)),
    }
}

/// The call's span where attempts have spans of their own: around what arrived, below where the call was made.
fn around_attempts(case: &Case<'_>, end: usize, candidates: &Candidates<'_, '_>) -> Option<usize> {
    let call = case.ends[end].call;
    let place = case.expected_parent(&case.ends[end]).parent();
    let arrived = (0..case.arrivals(call)).flat_map(|arrival| contexts(case, call, arrival));
    arrived.filter_map(|own| case.find(own)).find_map(|own| {
        let is_below = |index: &usize| place != Some(case.spans()[*index].name_ref());
        let mut above = [own].into_iter().chain(case.tree.ancestors(own)).take_while(is_below);
        // What is around another call's span is not this call's.
        let first = above.find(|index| candidates.accepts(case, end, *index) || !is_attempt(case, *index))?;
        candidates.accepts(case, end, first).then_some(first)
    })
}

/// Whether the call's span is known by what its attempts hang under, and was not exported.
fn is_lost(case: &Case<'_>, end: usize) -> bool {
    let end = &case.ends[end];
    let is_lost = |call| case.find(call).is_none() && case.expected_parent(end).parent() != Some(call);
    end.side == Side::Client && above_attempts(case, end.call).any(is_lost)
}

/// What the attempts that arrived hang under.
fn above_attempts(case: &Case<'_>, call: usize) -> impl Iterator<Item = SpanRef> {
    case.convention().attempt.iter().flat_map(move |spec| {
        let arrived = (0..case.arrivals(call)).flat_map(move |arrival| contexts(case, call, arrival));
        let spans = arrived.filter_map(|own| case.find(own)).map(|index| &case.spans()[index]);
        spans.filter(|span| spec.is_form_of(span)).filter_map(Span::parent_ref)
    })
}

/// Whether a span has the form of an attempt's, or none that the convention knows.
fn is_attempt(case: &Case<'_>, index: usize) -> bool {
    let span = &case.spans()[index];
    let named = case.convention().attempt.as_ref().is_some_and(|spec| spec.is_form_of(span));
    named || !case.is_of_a_call(index)
}

/// Attempts that never arrived anywhere: what hangs below the call's span and has the form of an attempt.
fn bind_more_attempts(case: &mut Case<'_>, binder: &mut Binder<'_>) {
    let Some(spec) = &case.evidence.convention.attempt else { return };
    let known = case.ends.len();
    for end in 0..known {
        let End { call, side: Side::Client, span: Some(own), journal: Journal::Client(client), .. } = case.ends[end]
        else {
            continue;
        };
        let own = case.spans()[own].name_ref();
        let free = |index: &usize| !binder.taken[*index] && spec.is_form_of(&case.spans()[*index]);
        let more: Vec<usize> = binder.children(own).filter(free).collect();
        for span in more {
            binder.taken[span] = true;
            let arrival = case.attempts(call).count();
            case.push_end(call, Side::Attempt, arrival, Journal::Attempt { client, known: false });
            if let Some(pushed) = case.ends.last_mut() {
                pushed.span = Some(span);
            }
        }
    }
    // Which attempt was a call's last is another question now.
    if case.ends.len() > known {
        case.learn();
    }
}

/// An instrumentation may make a span for each attempt, or for the layer below, and put that on the wire. The end's span is
/// then the outermost that is nobody else's.
fn lift_clients(case: &mut Case<'_>, binder: &mut Binder<'_>) {
    if case.convention().attempt.is_some() {
        return;
    }
    for end in 0..case.ends.len() {
        let Some(mut at) = case.ends[end].span.filter(|_| case.ends[end].side == Side::Client) else { continue };
        let place = case.expected_parent(&case.ends[end]);
        while let Some(parent) = case.tree.parent(at).filter(|_| !place.accepts(&case.spans()[at])) {
            let candidates = Candidates { binder, likeness: Likeness::Kind };
            if !candidates.accepts(case, end, parent) || (case.is_of_a_call(at) && !case.is_of_a_call(parent)) {
                break;
            }
            binder.taken[at] = false;
            binder.taken[parent] = true;
            at = parent;
        }
        case.ends[end].span = Some(at);
    }
}

/// What is current may be a span of the application's or of a middleware's below the server's. Where two handlers claim the
/// same current span, one of them is wrong, and neither is believed.
fn by_journal(case: &Case<'_>, end: usize, candidates: &Candidates<'_, '_>) -> Option<usize> {
    let current = journaled(case, end)?;
    if candidates.binder.current.get(current).any(|other| other != end) {
        return None;
    }
    let at = case.find(current)?;
    for index in [at].into_iter().chain(case.tree.ancestors(at)) {
        if candidates.accepts(case, end, index) {
            return Some(index);
        }
        // What is around another call's span is not this handler's.
        if case.is_of_a_call(index) {
            break;
        }
    }
    None
}

/// Whether handlers know better than the wire which spans are theirs. Where both name a span and not the same, either the
/// spans have another call's parent, or the handlers run in another call's context: what the spans say decides.
fn believes_journal(case: &Case<'_>, binder: &Binder<'_>) -> bool {
    let candidates = Candidates { binder, likeness: Likeness::Both };
    let servers = (0..case.ends.len()).filter(|end| case.ends[*end].side == Side::Server);
    let told =
        servers.filter_map(|end| Some((end, by_wire(case, end, &candidates)?, by_journal(case, end, &candidates)?)));
    let (mut by_wire, mut by_journal) = (0, 0);
    for (end, wire, journal) in told.filter(|(_, wire, journal)| wire != journal) {
        by_wire += agreement(case, end, wire) + usize::from(is_meanwhile(case, end, wire));
        by_journal += agreement(case, end, journal) + usize::from(is_meanwhile(case, end, journal));
    }
    by_journal > by_wire
}

/// Whether a span began while the call was under way, by the harness's clock.
fn is_meanwhile(case: &Case<'_>, end: usize, span: usize) -> bool {
    let call = case.ends[end].call;
    let times = case.calls[call].record.and_then(|record| record.client.as_ref()?.times);
    times.is_some_and(|times| (times.begun_ns..=times.ended_ns).contains(&case.spans()[span].start_ns))
}

fn journaled(case: &Case<'_>, end: usize) -> Option<SpanRef> {
    let Journal::Server(record) = case.ends[end].journal else { return None };
    record.context.as_ref().map(JournaledContext::name_ref)
}

/// A span where the end's span should hang.
fn by_place(case: &Case<'_>, end: usize, candidates: &Candidates<'_, '_>) -> Option<usize> {
    let place = case.expected_parent(&case.ends[end]);
    if is_lost(case, end) {
        return None;
    }
    if place == ParentExpectation::Unknown && case.ends[end].side == Side::Server {
        return by_sent(case, end, candidates);
    }
    if place == ParentExpectation::Unknown || (case.ends[end].is_unseen() && place.parent().is_none()) {
        return None;
    }
    let hangs = |index: usize| place.accepts(&case.spans()[index]);
    if place.allows_root() {
        candidates.best(case, end, candidates.binder.free(), hangs)
    } else {
        candidates.best(case, end, candidates.binder.children(place.parent()?), hangs)
    }
}

/// A caller's span where it should hang.
fn by_callers_place(case: &Case<'_>, end: usize, candidates: &Candidates<'_, '_>) -> Option<usize> {
    if case.ends[end].side == Side::Server { None } else { by_place(case, end, candidates) }
}

/// A server's span below what was sent to it, where what arrived is not known.
fn by_sent(case: &Case<'_>, end: usize, candidates: &Candidates<'_, '_>) -> Option<usize> {
    let own = &case.ends[end];
    if own.side != Side::Server || case.expected_parent(own) != ParentExpectation::Unknown {
        return None;
    }
    sent(case, own.call).find_map(|sent| candidates.best(case, end, candidates.binder.children(sent), |_| true))
}

/// The spans that a call's callee may hang under: those of the attempts, and that of the call.
fn sent(case: &Case<'_>, call: usize) -> impl Iterator<Item = SpanRef> {
    let attempts = case.attempts(call).filter_map(|attempt| case.span(attempt));
    attempts.chain(case.client_span(call)).map(Span::name_ref)
}

/// A server's span below another span of its process, which is a child of what arrived.
fn by_wire_below(case: &Case<'_>, end: usize, candidates: &Candidates<'_, '_>) -> Option<usize> {
    let own = &case.ends[end];
    if own.side != Side::Server {
        return None;
    }
    let below = |top: SpanRef| {
        let among = candidates.binder.in_trace(case, top.trace_id);
        candidates.best(case, end, among, |index| case.is_below(index, top, |other| candidates.is_others(case, other)))
    };
    // Where it is not known what arrived, it may be what was sent.
    if case.expected_parent(own) == ParentExpectation::Unknown {
        sent(case, own.call).find_map(below)
    } else {
        contexts(case, own.call, own.arrival).find_map(below)
    }
}

/// A server's span below another span of its process, which is a root as nothing arrived.
fn by_root_above(case: &Case<'_>, end: usize, candidates: &Candidates<'_, '_>) -> Option<usize> {
    let own = &case.ends[end];
    let place = case.expected_parent(own);
    if own.side != Side::Server || place == ParentExpectation::Unknown || !place.allows_root() {
        return None;
    }
    let is_below = |index| case.is_below_root(index, |other| candidates.is_others(case, other));
    candidates.best(case, end, candidates.binder.free(), is_below)
}

/// A span of the trace that the end's span should be in, wherever it hangs.
fn by_trace(case: &Case<'_>, end: usize, candidates: &Candidates<'_, '_>) -> Option<usize> {
    // Of attempts only wire and place tell whose they are.
    if case.ends[end].is_unseen() || case.ends[end].side == Side::Attempt || is_lost(case, end) {
        return None;
    }
    let place = case.expected_parent(&case.ends[end]);
    let among = candidates.binder.in_trace(case, place.parent()?.trace_id);
    candidates.best(case, end, among, |index| candidates.is_nobodys(case, end, index))
}

/// Any span that is left, for an end that should have one.
fn by_kind(case: &Case<'_>, end: usize, candidates: &Candidates<'_, '_>) -> Option<usize> {
    let own = &case.ends[end];
    let owes_none =
        own.is_unseen() || own.side == Side::Attempt || is_lost(case, end) || case.is_sampled(own) == Some(false);
    if owes_none {
        return None;
    }
    candidates.best(case, end, candidates.binder.free(), |index| candidates.is_nobodys(case, end, index))
}

/// The contexts that arrived.
fn contexts(case: &Case<'_>, call: usize, arrival: usize) -> impl Iterator<Item = SpanRef> {
    case.remote_context(call, arrival).parents().map(TraceParent::name_ref)
}

fn is_manual(span: &Span, name: &str) -> bool {
    span.kind == Kind::Internal && span.name == name
}

/// Several handlers may open spans of one name: each takes first what its journal names, then what hangs in its place, then what is below its call's
/// server span, then what is in its trace.
fn bind_manual(case: &mut Case<'_>, binder: &mut Binder<'_>) {
    for nearness in 0..5 {
        for index in 0..case.manual.len() {
            if case.manual[index].span.is_some() {
                continue;
            }
            let found = binder.free().find(|span| {
                is_manual(&case.spans()[*span], case.manual[index].name) && is_near(case, index, *span, nearness)
            });
            case.manual[index].span = found.inspect(|span| binder.taken[*span] = true);
        }
    }
}

fn is_near(case: &Case<'_>, manual: usize, span: usize, nearness: u8) -> bool {
    let server = case.handler_span(manual);
    match nearness {
        0 => case.is_journaled(manual, case.spans()[span].name_ref()),
        1 => {
            let parent = case.spans()[span].parent_ref();
            case.manual_places(manual).into_iter().any(|place| parent == Some(case.spans()[place].name_ref()))
        }
        2 => server.is_some_and(|top| case.is_below(span, case.spans()[top].name_ref(), |_| true)),
        3 => server.is_some_and(|server| case.spans()[server].trace_id == case.spans()[span].trace_id),
        _ => true,
    }
}

/// A span that was begun and never ended stands for an end or a step without a span: by what the wire or the journal says it
/// was, or else by the trace that it is in.
fn bind_open(case: &mut Case<'_>) {
    let open = &case.evidence.capture.open;
    if open.is_empty() {
        return;
    }
    let mut free: BTreeSet<usize> = (0..open.len()).collect();
    for exact in [true, false] {
        for index in 0..case.ends.len() {
            if case.ends[index].span.is_some() || case.ends[index].open.is_some() || case.ends[index].is_unseen() {
                continue;
            }
            let spec = case.spec(&case.ends[index]);
            let fits = |at: &usize| {
                let Open { trace_id, span_id, name } = &open[*at];
                let mut named = spec.beginnings().peekable();
                let named = named.peek().is_none() || named.any(|beginning| name.starts_with(beginning));
                named && is_opened(case, index, SpanRef { trace_id: *trace_id, span_id: *span_id }, exact)
            };
            let found = free.iter().copied().find(fits);
            if let Some(found) = found {
                free.remove(&found);
            }
            case.ends[index].open = found;
        }
    }
    for manual in &mut case.manual {
        if manual.span.is_none() {
            manual.open = free.iter().copied().find(|at| open[*at].name == manual.name);
            if let Some(found) = manual.open {
                free.remove(&found);
            }
        }
    }
}

fn is_opened(case: &Case<'_>, end: usize, open: SpanRef, exact: bool) -> bool {
    let own = &case.ends[end];
    let ids: Vec<SpanRef> = match own.side {
        Side::Client if case.convention().attempt.is_some() => above_attempts(case, own.call).collect(),
        Side::Client => (0..case.arrivals(own.call)).flat_map(|arrival| contexts(case, own.call, arrival)).collect(),
        Side::Attempt => contexts(case, own.call, own.arrival).collect(),
        Side::Server => journaled(case, end).into_iter().collect(),
    };
    if exact {
        return ids.contains(&open);
    }
    let sent = sent(case, own.call).filter(|_| own.side == Side::Server);
    let parents: Vec<SpanRef> = case.expected_parent(own).parent().into_iter().chain(sent).collect();
    // Without a context of its own an end may have begun any trace.
    let anew = parents.is_empty() && case.call(own).plan.context == Context::None;
    anew || parents.iter().chain(&ids).any(|known| known.trace_id == open.trace_id)
}

impl ParentExpectation {
    /// Whether a span hangs where it should.
    #[must_use]
    pub fn accepts(self, span: &Span) -> bool {
        match self {
            Self::Is { trace_id, span_id } => span.trace_id == trace_id && span.parent_span_id == Some(span_id),
            Self::Root => span.parent_span_id.is_none(),
            Self::Either(parent) => span.parent_span_id.is_none() || (parent.is_some() && span.parent_ref() == parent),
            Self::Unknown => true,
        }
    }

    /// The span that may be the parent.
    #[must_use]
    pub fn parent(self) -> Option<SpanRef> {
        match self {
            Self::Is { trace_id, span_id } => Some(SpanRef { trace_id, span_id }),
            Self::Either(parent) => parent,
            Self::Root | Self::Unknown => None,
        }
    }

    /// Whether there may rightly be no parent.
    #[must_use]
    pub fn allows_root(self) -> bool {
        match self {
            Self::Is { .. } => false,
            Self::Root | Self::Either(_) | Self::Unknown => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::evidence;

    /// Each end, and each handler's span, with the name of the span that stands for it.
    fn bound(text: &str) -> Vec<String> {
        let mut evidence = evidence(text);
        let told = |evidence: &crate::evidence::Evidence| {
            let case = Case::new(evidence);
            let name =
                |span: Option<usize>| span.map_or("-", |index| evidence.trace.spans[index].name.as_str()).to_owned();
            let ends = case.ends.iter().map(|end| format!("{}: {}", case.describe(end), name(end.span)));
            let manual = case
                .manual
                .iter()
                .map(|manual| format!("{} of {}: {}", manual.name, case.calls[manual.call].path, name(manual.span)));
            ends.chain(manual).collect::<Vec<_>>()
        };
        let first = told(&evidence);
        evidence.trace.spans.reverse();
        assert_eq!(first, told(&evidence), "the order of spans must not count");
        first
    }

    #[test]
    fn a_span_of_the_wrong_kind_stands_for_its_end_still() {
        let text = "convention rpc-1.39\ncall 0 unary\n\nINTERNAL Say <- driver\n  rpc.system.name: \"grpc\"\n";
        assert_eq!(bound(text), ["server of call 0: Say"]);
    }

    #[test]
    fn a_framework_around_is_not_taken_for_the_call() {
        let text =
            "convention rpc-1.39\ncall 0 unary\n\nSERVER POST <- driver\n  SERVER Say\n    rpc.system.name: \"grpc\"\n";
        assert_eq!(bound(text), ["server of call 0: Say"]);
    }

    #[test]
    fn a_framework_around_is_not_taken_for_a_call_that_no_handler_saw() {
        let text = "convention rpc-1.39\ncall 0 unary\ncall 0.a unary -> target UNIMPLEMENTED unrouted\n\n\
            SERVER Say <- driver\n  rpc.system.name: \"grpc\"\n  CLIENT Again\n    SERVER POST\n      SERVER Again\n        \
            rpc.system.name: \"grpc\"\n";
        assert_eq!(bound(text), ["server of call 0: Say", "client of call 0.a: Again", "server of call 0.a: Again"]);
        let text = "convention rpc-1.39\ncall 0 unary -> UNIMPLEMENTED no-context unrouted\n\nSERVER POST\n  SERVER Say\n    \
            rpc.system.name: \"grpc\"\n";
        assert_eq!(bound(text), ["server of call 0: Say"]);
    }

    #[test]
    fn a_span_in_the_wrong_place_is_found_by_what_the_callee_received() {
        let text = "convention rpc-1.39\ncall 0 unary\ncall 0.a unary -> peer\ncall 0.b unary -> peer\n\n\
            SERVER Say <- driver\n  CLIENT First\n    CLIENT Second\n";
        assert_eq!(bound(text), ["server of call 0: Say", "client of call 0.a: First", "client of call 0.b: Second"]);
    }

    #[test]
    fn the_logical_span_stands_for_a_retried_call() {
        let text = "convention rpc-1.39\ncall 0 unary\ncall 0.a unary -> peer attempts=2\narrived 0.a #2 #3\n\n\
            SERVER Say <- driver\n  CLIENT Logical\n    CLIENT Try #2\n    CLIENT Again #3\n";
        assert_eq!(bound(text), ["server of call 0: Say", "client of call 0.a: Logical"]);
    }

    #[test]
    fn of_attempts_without_a_span_around_them_the_last_stands_for_the_call() {
        let text = "convention rpc-1.39\ncall 0 unary\ncall 0.a unary -> peer attempts=2\narrived 0.a #1 #2\n\n\
            SERVER Say <- driver\n  CLIENT First #1\n  CLIENT Second #2\n";
        assert_eq!(bound(text), ["server of call 0: Say", "client of call 0.a: Second"]);
    }

    #[test]
    fn where_attempts_have_spans_each_has_its_own_and_the_call_has_what_is_around_them() {
        let text = "convention a72\ncall 0 unary\ncall 0.a unary -> peer attempts=2\ncall 0.b unary -> peer\n\
            arrived 0.a #2 #3\narrived 0.b #4\n\nSERVER Recv.Say <- driver\n  CLIENT Sent.A #1\n    INTERNAL Attempt.First #2\n    \
            INTERNAL Attempt.Second #3\n    INTERNAL Attempt.Lost\n  CLIENT Sent.B\n    INTERNAL Attempt.B #4\n";
        let expected = [
            "server of call 0: Recv.Say",
            "client of call 0.a: Sent.A",
            "attempt of call 0.a: Attempt.First",
            "attempt of call 0.a: Attempt.Second",
            "client of call 0.b: Sent.B",
            "attempt of call 0.b: Attempt.B",
            "attempt of call 0.a: Attempt.Lost",
        ];
        assert_eq!(bound(text), expected);
    }

    #[test]
    fn spans_with_names_of_another_convention_are_known_by_the_wire_still() {
        let text = "convention a72\ncall 0 unary\ncall 0.a unary -> peer\nwire 0.a traceparent=00-{#1}-01\n\n\
            SERVER Echo/Say <- driver\n  CLIENT Echo/Again #1\n";
        let expected = ["server of call 0: Echo/Say", "client of call 0.a: Echo/Again", "attempt of call 0.a: -"];
        assert_eq!(bound(text), expected);
    }

    #[test]
    fn a_second_span_of_one_call_is_not_taken_for_another_calls() {
        let text = "convention rpc-1.39\ncall 0 unary\ncall 1 unary\nhandler 1 none\n\nSERVER Say <- driver\nSERVER Say <- driver\n";
        assert_eq!(bound(text), ["server of call 0: Say", "server of call 1: -"]);
    }

    #[test]
    fn a_leaked_context_is_not_believed() {
        let text = "convention rpc-1.39\ncall 0 unary no-context\ncall 1 unary no-context method=x.Y/Other\nhandler 1 #1\n\n\
            SERVER Say #1\nSERVER x.Y/Other\n  rpc.method: \"x.Y/Other\"\n";
        assert_eq!(bound(text), ["server of call 0: Say", "server of call 1: x.Y/Other"]);
    }

    #[test]
    fn handlers_spans_of_one_name_go_to_their_own_handlers() {
        let text = "convention rpc-1.39\ncall 0 unary span=work\ncall 1 unary span=work\n\n\
            SERVER Second <- driver 1\n  INTERNAL work\nSERVER First <- driver\n";
        let expected = ["server of call 0: First", "server of call 1: Second", "work of 0: -", "work of 1: work"];
        assert_eq!(bound(text), expected);
    }

    #[test]
    fn a_root_may_stand_for_a_call_whose_context_was_lost() {
        let text = "convention rpc-1.39\ncall 0 unary\ncall 0.a unary -> nobody\n\nSERVER Say\n  CLIENT Again\n";
        assert_eq!(bound(text), ["server of call 0: Say", "client of call 0.a: Again"]);
    }
}
