//! A trace as a tree, total: whatever spans there are, each stands in it exactly once.
//!
//! A parent that is not there, a span that is exported twice, a circle of parents: none is an error here, since each is
//! something to judge. Nothing depends on the order of the spans.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Span, SpanId, Trace, TraceId};

/// What names a span from outside: the ids that travel in a `traceparent`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanRef {
    /// The trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
}

/// A trace as a tree. Spans are named by their index in [`Trace::spans`].
#[derive(Debug, Clone)]
pub struct Tree<'a> {
    trace: &'a Trace,
    hangs: SmallVec<[Hang; 8]>,
    /// The spans under the first, those under the second and so on, and at last those under none, each list by start time.
    below: SmallVec<[usize; 8]>,
    /// Where each of these lists begins, and where the last ends.
    starts: SmallVec<[usize; 10]>,
    named: Named<'a>,
}

/// All spans that can be found by their ids, in the order of these, and those that share them in canonical order.
#[derive(Debug, Clone)]
struct Named<'a> {
    spans: &'a [Span],
    order: SmallVec<[usize; 8]>,
}

/// How a span hangs in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hang {
    /// Under this span.
    Under(usize),
    /// It names a context that the harness sent, whose span exists on the wire only.
    Remote(SpanRef),
    /// It names no parent.
    Root,
    /// The parent that it names is not there.
    Missing(SpanRef),
    /// Its parent is this span, which is the span itself or hangs somewhere under it: the place where a circle was cut.
    Cycle(usize),
}

impl<'a> Tree<'a> {
    /// The tree of a trace, given the contexts that the harness sent.
    #[must_use]
    pub fn new(trace: &'a Trace, remotes: &BTreeSet<SpanRef>) -> Self {
        let named = Named::new(&trace.spans);
        let mut hangs: SmallVec<[_; 8]> =
            (0..trace.spans.len()).map(|index| hang(trace, index, &named, remotes)).collect();
        cut_cycles(trace, &mut hangs);
        let list = |span: &usize| match hangs[*span] {
            Hang::Under(parent) => parent,
            Hang::Remote(_) | Hang::Root | Hang::Missing(_) | Hang::Cycle(_) => hangs.len(),
        };
        let mut below: SmallVec<[usize; 8]> = (0..hangs.len()).collect();
        below.sort_by(|a, b| list(a).cmp(&list(b)).then_with(|| by_time(&trace.spans[*a], &trace.spans[*b])));
        let start = |span: usize| below.partition_point(|other| list(other) < span);
        let starts = (0..=hangs.len() + 1).map(start).collect();
        Self { trace, below, starts, hangs, named }
    }

    /// The trace.
    #[must_use]
    pub fn trace(&self) -> &'a Trace {
        self.trace
    }

    /// How this span hangs.
    #[must_use]
    pub fn hang(&self, span: usize) -> Hang {
        self.hangs[span]
    }

    /// The span above this one.
    #[must_use]
    pub fn parent(&self, span: usize) -> Option<usize> {
        match self.hangs[span] {
            Hang::Under(parent) => Some(parent),
            Hang::Remote(_) | Hang::Root | Hang::Missing(_) | Hang::Cycle(_) => None,
        }
    }

    /// The spans directly under this one, by start time.
    #[must_use]
    pub fn children(&self, span: usize) -> &[usize] {
        &self.below[self.starts[span]..self.starts[span + 1]]
    }

    /// The spans that are under no other, by start time.
    #[must_use]
    pub fn tops(&self) -> &[usize] {
        &self.below[self.starts[self.hangs.len()]..]
    }

    /// The spans above this one, nearest first.
    pub fn ancestors(&self, span: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.parent(span), |span| self.parent(*span))
    }

    /// All spans with their depth, each before those under it.
    pub fn walk(&self) -> impl Iterator<Item = (usize, usize)> {
        // A stack, not recursion: a target may hand in a chain of any length.
        let mut stack: Vec<_> = self.tops().iter().rev().map(|top| (*top, 0)).collect();
        std::iter::from_fn(move || {
            let (span, depth) = stack.pop()?;
            stack.extend(self.children(span).iter().rev().map(|child| (*child, depth + 1)));
            Some((span, depth))
        })
    }

    /// The spans with these ids: several if an id was used twice. Children hang under the first.
    #[must_use]
    pub fn find(&self, name: SpanRef) -> &[usize] {
        self.named.get(name)
    }

    /// The groups of spans that share their ids, in the order of these, each in canonical order.
    pub fn duplicates(&self) -> impl Iterator<Item = &[usize]> {
        self.named.groups().filter(|spans| spans.len() > 1)
    }
}

impl Span {
    /// What names this span from outside.
    #[must_use]
    pub fn name_ref(&self) -> SpanRef {
        SpanRef { trace_id: self.trace_id, span_id: self.span_id }
    }

    /// What names its parent.
    #[must_use]
    pub fn parent_ref(&self) -> Option<SpanRef> {
        self.parent_span_id.map(|span_id| SpanRef { trace_id: self.trace_id, span_id })
    }
}

impl SpanRef {
    fn is_valid(self) -> bool {
        self.trace_id.is_valid() && self.span_id.is_valid()
    }
}

impl<'a> Named<'a> {
    /// An invalid id names nobody: it stands for something malformed, and two of those are not the same.
    fn new(spans: &'a [Span]) -> Self {
        let mut order: SmallVec<[usize; 8]> =
            (0..spans.len()).filter(|index| spans[*index].name_ref().is_valid()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&spans[*a], &spans[*b]);
            a.name_ref().cmp(&b.name_ref()).then_with(|| by_content(a, b))
        });
        Self { spans, order }
    }

    fn name(&self, span: usize) -> SpanRef {
        self.spans[span].name_ref()
    }

    fn get(&self, name: SpanRef) -> &[usize] {
        let first = self.order.partition_point(|span| self.name(*span) < name);
        let rest = &self.order[first..];
        let shared = rest.iter().take_while(|span| self.name(**span) == name).count();
        &rest[..shared]
    }

    /// The spans of each name.
    fn groups(&self) -> impl Iterator<Item = &[usize]> {
        self.order.chunk_by(|a, b| self.name(*a) == self.name(*b))
    }
}

fn hang(trace: &Trace, index: usize, named: &Named<'_>, remotes: &BTreeSet<SpanRef>) -> Hang {
    let span = &trace.spans[index];
    let Some(parent) = span.parent_ref() else { return Hang::Root };
    if parent == span.name_ref() {
        // Its own parent: either it took over the caller's span id, or it is a circle of one.
        return if remotes.contains(&parent) { Hang::Remote(parent) } else { Hang::Cycle(index) };
    }
    match named.get(parent).first() {
        Some(found) => Hang::Under(*found),
        None if remotes.contains(&parent) => Hang::Remote(parent),
        None => Hang::Missing(parent),
    }
}

/// Cuts each circle above the span that comes first by content.
fn cut_cycles(trace: &Trace, hangs: &mut [Hang]) {
    // The walk in which a span was first met; spans of earlier walks lead to no circle that is still whole.
    let mut met = vec![usize::MAX; hangs.len()];
    for start in 0..hangs.len() {
        let mut at = start;
        while met[at] == usize::MAX {
            met[at] = start;
            let Hang::Under(parent) = hangs[at] else { break };
            at = parent;
        }
        if met[at] == start && matches!(hangs[at], Hang::Under(_)) {
            cut(trace, hangs, at);
        }
    }
}

fn cut(trace: &Trace, hangs: &mut [Hang], start: usize) {
    let mut first = start;
    let mut at = start;
    while let Hang::Under(parent) = hangs[at] {
        at = parent;
        if by_content(&trace.spans[at], &trace.spans[first]).is_lt() {
            first = at;
        }
        if at == start {
            break;
        }
    }
    if let Hang::Under(parent) = hangs[first] {
        hangs[first] = Hang::Cycle(parent);
    }
}

/// An order in which times and ids count only between spans that say the same.
fn by_content(a: &Span, b: &Span) -> Ordering {
    let text = |span: &Span| format!("{:?} {:?} {:?}", span.status, span.attributes, span.events.len());
    a.kind.cmp(&b.kind).then_with(|| a.name.cmp(&b.name)).then_with(|| text(a).cmp(&text(b))).then_with(|| tie(a, b))
}

fn by_time(a: &Span, b: &Span) -> Ordering {
    a.start_ns.cmp(&b.start_ns).then_with(|| by_content(a, b))
}

/// Equal only for spans that are the same in all but scope and resource.
pub(super) fn tie(a: &Span, b: &Span) -> Ordering {
    let ids = |span: &Span| (span.start_ns, span.end_ns, span.trace_id, span.span_id, span.parent_span_id);
    let rest = |span: &Span| format!("{:?}", Span { scope: 0, resource: 0, ..span.clone() });
    ids(a).cmp(&ids(b)).then_with(|| rest(a).cmp(&rest(b)))
}
