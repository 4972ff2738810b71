//! The evidence of a case as rules read it: every call of the plan with both its ends, what each end saw, and the span
//! that stands for each end that is the target's.
//!
//! Nothing here judges. Where the wire leaves several answers open, a method returns all of them.

mod bind;
mod calls;
mod facts;
mod groups;
mod messages;
mod outcome;
mod received;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use smallvec::SmallVec;

pub use facts::{Attributed, Expected, Told};
pub use messages::{Direction, Tally, number_of, size_of};
pub use outcome::Codes;
pub use received::{Received, Values};

use calls::{Calls, Save, sent_contexts, steps};
use facts::Known;
use groups::Groups;
use received::Arrivals;

use crate::convention::{Convention, Side, SpanSpec};
use crate::evidence::Evidence;
use crate::scenario::{self, Context, Party, Plan, ServerStep};
use crate::trace::{Span, SpanId, SpanRef, TraceId, Tree};
use crate::transcript::{CallRecord, ClientRecord, Observer, RemoteContext, ServerRecord, TraceParent, flags};

/// A case, ready to be judged.
#[derive(Debug)]
pub struct Case<'a> {
    /// What it was made from.
    pub evidence: &'a Evidence,
    /// Every call of the plan, a caller before the calls it makes, siblings in the plan's order.
    pub calls: Vec<Call<'a>>,
    /// Every span that an instrumentation owes: the client's end, its attempts where the convention has spans for them, and
    /// each arrival at the server's, where it is the target's.
    pub ends: Vec<End<'a>>,
    /// Every `span` step that was reached, with the span that stands for it.
    pub manual: Vec<Manual<'a>>,
    /// Indices of the spans that stand for no end and no step.
    pub unbound: BTreeSet<usize>,
    /// Who is whose parent.
    pub tree: Tree<'a>,
    /// Every span whose messages can be counted: the call was not retried, or the span is an attempt's, and no event was
    /// dropped.
    pub tallies: Vec<Tally<'a>>,
    saves: Vec<Save<'a>>,
    /// For each span, whether it says that it is a call's.
    of_calls: SmallVec<[bool; 32]>,
    attributes: Vec<Attributed<'a>>,
    /// The calls that spans and received contexts belong to, by their ids; of several calls, the first counts.
    owners: Groups<SpanRef>,
}

/// One call of the plan.
#[derive(Debug)]
pub struct Call<'a> {
    /// Names joined by dots: `0.a`.
    pub path: Cow<'a, str>,
    /// The script.
    pub plan: &'a scenario::Call,
    /// The call in whose handler this one is made: an index into [`Case::calls`].
    pub caller: Option<usize>,
    /// The call in whose completion callback this one is made.
    pub after: Option<usize>,
    /// The names of the `span` steps around it, innermost last.
    pub within: Vec<&'a str>,
    /// Who calls.
    pub client: Party,
    /// Who is called.
    pub server: Party,
    /// The baggage that the steps before it added, for a call made in the context that is current there.
    pub baggage: Vec<(&'a str, &'a str)>,
    /// What the two ends saw; absent if neither saw anything.
    pub record: Option<&'a CallRecord>,
    /// What they saw with the target's instrumentation off, where that was played.
    pub baseline: Option<&'a CallRecord>,
    /// Every step of the handler, each before those inside it.
    pub steps: Vec<&'a ServerStep>,
    arrivals: Arrivals<'a>,
    /// Its ends: indices into [`Case::ends`].
    ends: SmallVec<[usize; 2]>,
    /// Its handlers' `span` steps: indices into [`Case::manual`].
    manual: Range<usize>,
}

/// One end of a call that is the target's, or one of the client's attempts.
#[derive(Debug)]
pub struct End<'a> {
    /// An index into [`Case::calls`].
    pub call: usize,
    /// Which end.
    pub side: Side,
    /// Which arrival, counted from 0 (always 0 for a client). Attempts that never arrived are counted on.
    pub arrival: usize,
    /// The span that stands for it: an index into the trace's spans.
    pub span: Option<usize>,
    /// The span that the ledger says was begun for it and never ended: an index into the capture's open spans.
    pub open: Option<usize>,
    /// What the target's journal says of it: absent if its application never saw the call.
    journal: Journal<'a>,
    known: Known<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Journal<'a> {
    Client(&'a ClientRecord),
    Attempt {
        client: &'a ClientRecord,
        /// The callee received it, or answered it. Of the others nobody knows how many there were.
        known: bool,
    },
    Server(&'a ServerRecord),
    /// The request reached the target's process (it answered), but no handler of ours.
    Unrouted,
    /// The request may have reached the target's process, or not: a span is welcome, and its absence means nothing.
    Unseen,
}

/// A `span` step of a handler at the target.
#[derive(Debug)]
pub struct Manual<'a> {
    /// The name that the script gives.
    pub name: &'a str,
    /// The call whose handler opens it.
    pub call: usize,
    /// The arrival of that call.
    pub arrival: usize,
    /// The name of the `span` step around it.
    pub within: Option<&'a str>,
    /// The span that stands for it.
    pub span: Option<usize>,
    /// Of the ledger's open spans, the one that stands for it.
    pub open: Option<usize>,
}

/// What a span's parent must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentExpectation {
    /// This span of this trace.
    Is {
        /// The trace that both belong to.
        trace_id: TraceId,
        /// The parent.
        span_id: SpanId,
    },
    /// None: a new trace.
    Root,
    /// None, or this span if there is one: no clause decides.
    Either(Option<SpanRef>),
    /// Not known from what was seen.
    Unknown,
}

impl<'a> Case<'a> {
    /// Reads evidence.
    #[must_use]
    pub fn new(evidence: &'a Evidence) -> Self {
        let Calls { calls, saves } = Calls::new(evidence);
        let mut case = Self {
            evidence,
            tree: Tree::new(&evidence.trace, &sent_contexts(&calls).map(|(sent, _)| sent).collect()),
            ends: Vec::with_capacity(2 * calls.len()),
            calls,
            saves,
            manual: Vec::new(),
            unbound: BTreeSet::new(),
            of_calls: facts::of_calls(evidence),
            owners: Groups::default(),
            attributes: Vec::new(),
            tallies: Vec::new(),
        };
        case.find_ends();
        case.learn();
        bind::bind(&mut case);
        case.owners = case.find_owners();
        case.attribute();
        case.tallies = messages::tallies(&case);
        case
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &'a Plan {
        &self.evidence.plan
    }

    /// The convention that the target claims.
    #[must_use]
    pub fn convention(&self) -> &'a Convention {
        &self.evidence.convention
    }

    /// What the convention says of an end's span.
    #[must_use]
    pub fn spec(&self, end: &End<'_>) -> &'a SpanSpec {
        self.convention().side(end.side)
    }

    /// All spans.
    #[must_use]
    pub fn spans(&self) -> &'a [Span] {
        &self.evidence.trace.spans
    }

    /// The call that an end belongs to.
    #[must_use]
    pub fn call(&self, end: &End<'_>) -> &Call<'a> {
        &self.calls[end.call]
    }

    /// The span that stands for an end.
    #[must_use]
    pub fn span(&self, end: &End<'_>) -> Option<&'a Span> {
        end.span.map(|index| &self.spans()[index])
    }

    /// Every end with the span that stands for it.
    pub fn bound(&self) -> impl Iterator<Item = (&End<'a>, usize, &'a Span)> {
        self.ends.iter().filter_map(|end| end.span.map(|index| (end, index, &self.spans()[index])))
    }

    /// `client of 0.a`, for messages.
    #[must_use]
    pub fn describe(&self, end: &End<'_>) -> String {
        format!("{} of call {}", end.side.as_str(), self.call(end).path)
    }

    /// What arrived at a server's end: as the harness sent it where the harness is the caller, else as the callee received
    /// it.
    #[must_use]
    pub fn received(&self, call: usize, arrival: usize) -> &Received<'a> {
        self.calls[call].arrivals.get(arrival)
    }

    /// Whether it is known at all what arrived: not where a target called itself, and no handler of it ran.
    #[must_use]
    pub fn is_received_known(&self, call: usize, arrival: usize) -> bool {
        let Some(record) = self.calls[call].record else { return false };
        let by_harness = record.client.as_ref().is_some_and(|client| client.observer == Observer::Wire);
        by_harness || record.server.get(arrival).is_some()
    }

    /// What a server had to make of the context that arrived.
    #[must_use]
    pub fn remote_context(&self, call: usize, arrival: usize) -> &RemoteContext {
        &self.received(call, arrival).context
    }

    /// How often a call is known to have arrived: more than once only where it was retried.
    #[must_use]
    pub fn arrivals(&self, call: usize) -> usize {
        self.calls[call].record.map_or(0, |record| record.server.len())
    }

    /// Whether the spans of an end are sampled; absent if that is not known.
    ///
    /// The default sampler respects the parent's flag: <https://opentelemetry.io/docs/specs/otel/trace/sdk/#parentbased>.
    #[must_use]
    pub fn is_sampled(&self, end: &End<'_>) -> Option<bool> {
        match end.side {
            Side::Server if !self.is_received_known(end.call, end.arrival) => None,
            Side::Server => match self.remote_context(end.call, end.arrival) {
                RemoteContext::Absent | RemoteContext::Invalid => Some(true),
                RemoteContext::Valid(parent) => Some(parent.flags & flags::SAMPLED != 0),
                // A new trace is sampled, and so is whatever follows one of these, unless one of them says no.
                RemoteContext::Several(parents) => {
                    let sampled = |parent: &TraceParent| parent.flags & flags::SAMPLED != 0;
                    parents.iter().flatten().all(sampled).then_some(true)
                }
            },
            Side::Client | Side::Attempt => match end.client_record()?.context.as_ref() {
                Some(context) => Some(context.flags & flags::SAMPLED != 0),
                None => Some(true),
            },
        }
    }

    /// What the parent of an end's span must be.
    #[must_use]
    pub fn expected_parent(&self, end: &End<'_>) -> ParentExpectation {
        match end.side {
            Side::Server => self.expected_server_parent(end),
            // The parent is the span that is current where the call is made; whether the right one was current is
            // another question: `expected_current`.
            Side::Client => match end.client_record() {
                Some(ClientRecord { context: Some(context), .. }) => {
                    ParentExpectation::Is { trace_id: context.trace_id, span_id: context.span_id }
                }
                Some(_) => ParentExpectation::Root,
                None => ParentExpectation::Unknown,
            },
            Side::Attempt => match self.client_span(end.call) {
                Some(call) => ParentExpectation::Is { trace_id: call.trace_id, span_id: call.span_id },
                None => ParentExpectation::Unknown,
            },
        }
    }

    fn expected_server_parent(&self, end: &End<'_>) -> ParentExpectation {
        match self.remote_context(end.call, end.arrival) {
            _ if !self.is_received_known(end.call, end.arrival) => ParentExpectation::Unknown,
            RemoteContext::Absent | RemoteContext::Invalid => ParentExpectation::Root,
            RemoteContext::Valid(parent) => {
                ParentExpectation::Is { trace_id: parent.trace_id, span_id: parent.span_id }
            }
            RemoteContext::Several(parents) => {
                ParentExpectation::Either(parents.first().copied().flatten().map(TraceParent::name_ref))
            }
        }
    }

    /// The span that must be current where a client's end at the target makes its call, by the plan: a manual span around
    /// the step, the server span of the handler, or the span of the handler that saved the context.
    #[must_use]
    pub fn expected_current(&self, call: usize) -> Current {
        let Call { plan, caller, after, within, .. } = &self.calls[call];
        if after.is_some() {
            // A callback runs in whatever context its language gives it.
            return Current::Unknown;
        }
        match plan.context {
            Context::None => Current::Nothing,
            Context::Saved => plan.saved.as_deref().map_or(Current::Unknown, |name| self.saved_context(name, call)),
            Context::Current | Context::Unsampled => match (within.last(), caller) {
                (Some(name), Some(caller)) => Current::of(self.manual_span(*caller, name)),
                (None, Some(caller)) => Current::of(self.server_span(*caller)),
                (_, None) => Current::Unknown,
            },
        }
    }

    /// The one end of a call on this side: none if the call arrived several times.
    #[must_use]
    pub fn only_end(&self, call: usize, side: Side) -> Option<&End<'a>> {
        let mut ends = self.ends_of(call).filter(|end| end.side == side);
        match (ends.next(), ends.next()) {
            (Some(end), None) => Some(end),
            _ => None,
        }
    }

    /// The ends of a call.
    pub fn ends_of(&self, call: usize) -> impl Iterator<Item = &End<'a>> {
        self.calls[call].ends.iter().map(|end| &self.ends[*end])
    }

    /// The server's end that an arrival of a call has at the target.
    #[must_use]
    pub fn server_end(&self, call: usize, arrival: usize) -> Option<&End<'a>> {
        self.ends_of(call).find(|end| end.side == Side::Server && end.arrival == arrival)
    }

    /// The server's span of a call, if it arrived once and has one.
    #[must_use]
    pub fn server_span(&self, call: usize) -> Option<&'a Span> {
        self.span(self.only_end(call, Side::Server)?)
    }

    /// The client's span of a call.
    #[must_use]
    pub fn client_span(&self, call: usize) -> Option<&'a Span> {
        self.span(self.only_end(call, Side::Client)?)
    }

    /// The attempts of a call, where the convention has spans for them.
    pub fn attempts(&self, call: usize) -> impl Iterator<Item = &End<'a>> {
        self.ends_of(call).filter(|end| end.side == Side::Attempt)
    }

    /// The `span` steps of a call's handlers.
    fn manual_of(&self, call: usize) -> impl Iterator<Item = &Manual<'a>> {
        self.manual[self.calls[call].manual.clone()].iter()
    }

    fn manual_span(&self, call: usize, name: &str) -> Option<&'a Span> {
        let mut named = self.manual_of(call).filter(|manual| manual.name == name);
        match (named.next(), named.next()) {
            (Some(manual), None) => manual.span.map(|index| &self.spans()[index]),
            _ => None,
        }
    }

    /// Whether a span stands somewhere below the span or context of this name, with only such spans in between as are
    /// allowed.
    #[must_use]
    pub fn is_below(&self, span: usize, top: SpanRef, allowed: impl Fn(usize) -> bool) -> bool {
        let mut at = span;
        // One step for each span above at most, since the tree has no circles.
        while self.spans()[at].parent_ref() != Some(top) {
            match self.tree.parent(at) {
                Some(parent) if allowed(parent) => at = parent,
                _ => return false,
            }
        }
        true
    }

    /// Whether a span stands somewhere below a root, with only such spans above it as are allowed.
    #[must_use]
    pub fn is_below_root(&self, span: usize, allowed: impl Fn(usize) -> bool) -> bool {
        let top = self.tree.ancestors(span).last();
        top.is_some_and(|top| self.spans()[top].parent_span_id.is_none()) && self.tree.ancestors(span).all(allowed)
    }

    /// The first span of this name.
    #[must_use]
    pub fn find(&self, name: SpanRef) -> Option<usize> {
        self.tree.find(name).first().copied()
    }

    /// The server's span of the handler that opens a manual span.
    #[must_use]
    pub fn handler_span(&self, manual: usize) -> Option<usize> {
        let Manual { call, arrival, .. } = self.manual[manual];
        self.server_end(call, arrival)?.span
    }

    /// Whether the journal says that the handler opened a span of this name of a span context.
    #[must_use]
    pub fn is_journaled(&self, manual: usize, name: SpanRef) -> bool {
        let Manual { call, arrival, .. } = self.manual[manual];
        let server = self.calls[call].record.and_then(|record| record.server.get(arrival));
        server.is_some_and(|server| server.spans.iter().any(|span| span.name_ref() == name))
    }

    /// The spans that a manual span may hang under: that of the `span` step around it, or the handler's. A handler may
    /// have several steps of one name: which span stands for which cannot be told then.
    #[must_use]
    pub fn manual_places(&self, manual: usize) -> Vec<usize> {
        let Manual { call, arrival, within, .. } = self.manual[manual];
        let Some(within) = within else { return self.handler_span(manual).into_iter().collect() };
        let is_around = |other: &&Manual<'_>| other.arrival == arrival && other.name == within;
        self.manual_of(call).filter(is_around).filter_map(|around| around.span).collect()
    }

    /// The calls in whose handlers a call is made, nearest first; the call itself is none of them.
    pub fn callers(&self, call: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.calls[call].caller, |caller| self.calls[*caller].caller)
    }

    /// The call that a span or a received context belongs to.
    #[must_use]
    pub fn owner(&self, key: SpanRef) -> Option<usize> {
        self.owners.get(key).next()
    }

    /// What stands for an end belongs to its call before what a handler opened, and that before what the driver sent.
    fn find_owners(&self) -> Groups<SpanRef> {
        let ends = self.bound().map(|(end, _, span)| (span.name_ref(), end.call));
        let manual = self.manual.iter().filter_map(|manual| Some((self.spans()[manual.span?].name_ref(), manual.call)));
        Groups::new(ends.chain(manual).chain(sent_contexts(&self.calls)))
    }

    /// Whether a span or context belongs to another call: neither to this one nor to one that it is made for.
    #[must_use]
    pub fn is_foreign(&self, call: usize, key: SpanRef) -> bool {
        self.owner(key).is_some_and(|owner| owner != call && self.callers(call).all(|caller| caller != owner))
    }

    /// The span that was current where a context was saved. Where it was saved several times, or only later, which of them
    /// is meant depends on what happened first.
    fn saved_context(&self, name: &str, call: usize) -> Current {
        let mut saves = self.saves.iter().filter(|save| save.name == name);
        let (Some(save), None) = (saves.next(), saves.next()) else { return Current::Unknown };
        if save.before > call {
            return Current::Unknown;
        }
        Current::of(match save.within {
            Some(manual) => self.manual_span(save.call, manual),
            None => self.server_span(save.call),
        })
    }

    fn find_ends(&mut self) {
        for index in 0..self.calls.len() {
            let Call { client, server, record: Some(record), plan, .. } = self.calls[index] else { continue };
            let manual = self.manual.len();
            if client == Party::Target
                && let Some(client) = &record.client
            {
                self.push_end(index, Side::Client, 0, Journal::Client(client));
                self.find_attempts(index, client, record.server.len());
            }
            if server != Party::Target {
                continue;
            }
            for (arrival, server) in record.server.iter().enumerate() {
                self.push_end(index, Side::Server, arrival, Journal::Server(server));
                self.find_manual(index, arrival, steps(plan), server.progress.reached, None);
            }
            // Without an entry in the journal no handler of ours ran; where the harness has an answer all the same, the
            // target's server gave it.
            if record.server.is_empty() {
                let answered = record.client.as_ref().is_some_and(outcome::was_answered);
                let journal = if answered { Journal::Unrouted } else { Journal::Unseen };
                self.push_end(index, Side::Server, 0, journal);
            }
            self.calls[index].manual = manual..self.manual.len();
        }
    }

    fn find_attempts(&mut self, call: usize, client: &'a ClientRecord, arrivals: usize) {
        if self.convention().attempt.is_none() {
            return;
        }
        for arrival in 0..arrivals.max(1) {
            let known = arrival < arrivals || client.headers.is_some();
            self.push_end(call, Side::Attempt, arrival, Journal::Attempt { client, known });
        }
    }

    fn push_end(&mut self, call: usize, side: Side, arrival: usize, journal: Journal<'a>) {
        self.calls[call].ends.push(self.ends.len());
        self.ends.push(End { call, side, arrival, span: None, open: None, journal, known: Known::default() });
    }

    fn find_manual(
        &mut self,
        call: usize,
        arrival: usize,
        steps: &'a [ServerStep],
        reached: u32,
        within: Option<&'a str>,
    ) {
        for step in steps.iter().take(reached as usize) {
            match step {
                ServerStep::Span { name, steps, .. } => {
                    self.manual.push(Manual { name, call, arrival, within, span: None, open: None });
                    self.find_manual(call, arrival, steps, u32::MAX, Some(name));
                }
                ServerStep::OnAttempt { number, steps } if *number as usize == arrival + 1 => {
                    self.find_manual(call, arrival, steps, u32::MAX, within);
                }
                _ => {}
            }
        }
    }
}

/// What must be current at some point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Current {
    /// This span.
    Span {
        /// Its trace.
        trace_id: TraceId,
        /// It.
        span_id: SpanId,
    },
    /// No span.
    Nothing,
    /// Not known.
    Unknown,
}

impl Current {
    fn of(span: Option<&Span>) -> Self {
        span.map_or(Self::Unknown, |span| Self::Span { trace_id: span.trace_id, span_id: span.span_id })
    }
}

impl<'a> End<'a> {
    /// What the target's application saw as the caller.
    #[must_use]
    pub fn client_record(&self) -> Option<&'a ClientRecord> {
        match self.journal {
            Journal::Client(client) | Journal::Attempt { client, .. } => Some(client),
            Journal::Server(_) | Journal::Unrouted | Journal::Unseen => None,
        }
    }

    /// What the target's handler saw.
    #[must_use]
    pub fn server_record(&self) -> Option<&'a ServerRecord> {
        match self.journal {
            Journal::Server(record) => Some(record),
            Journal::Client(_) | Journal::Attempt { .. } | Journal::Unrouted | Journal::Unseen => None,
        }
    }

    /// Whether the target answered without any handler of ours having run: an unknown method, or a failure before routing.
    #[must_use]
    pub fn is_unrouted(&self) -> bool {
        matches!(self.journal, Journal::Unrouted)
    }

    /// Whether nobody knows that the request reached the target, or that there was such an attempt.
    #[must_use]
    pub fn is_unseen(&self) -> bool {
        matches!(self.journal, Journal::Unseen | Journal::Attempt { known: false, .. })
    }
}
