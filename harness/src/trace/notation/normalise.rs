//! From spans to a normal trace.

use std::collections::{BTreeMap, BTreeSet};

use super::colour::{Neighbours, rank, refine};
use super::naming::{Marks, Naming, Part, Replacer};
use super::render::write_node;
use super::{Entry, Home, Line, Moment, Node, Normal, Parent, Place, Pointer, Target};
use crate::trace::tree::tie;
use crate::trace::{Attribute, Defect, Event, Hang, Kind, Link, Span, SpanRef, Status, Trace, TraceId, Tree};

/// The normal form of a trace.
#[must_use]
pub fn normalise(trace: &Trace, naming: &Naming<'_>) -> Normal {
    normalise_marked(trace, naming, &Marks::default())
}

/// The normal form of a trace, with marks.
#[must_use]
pub fn normalise_marked(trace: &Trace, naming: &Naming<'_>, marks: &Marks) -> Normal {
    let tree = Tree::new(trace, &naming.contexts());
    let mut drafts = drafts(&tree, naming);
    let groups = Groups::of(&tree, naming);
    let classes = classes(&tree, naming, &drafts, &groups);
    let order = order(&tree, &classes);
    let labels = Labels::of(&tree, &groups, &order);
    let marks = marks.by_span();
    let mut places = vec![0; order.len()];
    let mut normal = Normal::default();
    for (place, index) in order.into_iter().enumerate() {
        places[index] = place;
        let mut node = std::mem::take(&mut drafts[index]);
        labels.apply(&mut node, index, &tree, &places);
        for part in marks.get(&trace.spans[index].name_ref()).into_iter().flatten() {
            mark(&mut node, part);
        }
        normal.nodes.push(node);
    }
    normal
}

/// All that a node says by itself: places that need no number, links that still point at label 0.
fn drafts(tree: &Tree<'_>, naming: &Naming<'_>) -> Vec<Node> {
    let replacer = naming.with_ids_of(tree.trace());
    (0..tree.trace().spans.len()).map(|index| draft(tree, index, naming, &replacer)).collect()
}

fn draft(tree: &Tree<'_>, index: usize, naming: &Naming<'_>, replacer: &Replacer<'_>) -> Node {
    let trace = tree.trace();
    let span = &trace.spans[index];
    let scope = |span: &Span| trace.scopes.get(span.scope).map_or("", |scope| scope.name.as_str());
    let above = tree.parent(index).map_or("", |parent| scope(&trace.spans[parent]));
    Node {
        mark: false,
        place: place(tree, index, naming),
        kind: span.kind,
        name: replacer.text(&span.name),
        label: None,
        same_as: None,
        status: Status { code: span.status.code, message: replacer.text(&span.status.message) }.into(),
        scope: (scope(span) != above).then(|| replacer.text(scope(span)).into()),
        remote: remote(span)
            .filter(|remote| *remote != is_expected_remote(span.kind, tree.hang(index)))
            .map(Line::from),
        sampled: (!is_sampled(span)).then(|| false.into()),
        trace_state: (!span.trace_state.is_empty()).then(|| replacer.text(&span.trace_state).into()),
        attributes: attributes(&span.attributes, replacer),
        dropped_attributes: dropped(span.dropped_attributes),
        events: span.events.iter().map(|event| moment(event, replacer).into()).collect(),
        dropped_events: dropped(span.dropped_events),
        links: span.links.iter().map(|link| pointer(link, tree, naming, replacer).into()).collect(),
        dropped_links: dropped(span.dropped_links),
        defects: span.defects.iter().map(|found| defect(found).into()).collect(),
    }
}

fn place(tree: &Tree<'_>, index: usize, naming: &Naming<'_>) -> Place {
    let home = naming.home(tree.trace().spans[index].trace_id).map(|label| Home::Known(label.to_owned()));
    match tree.hang(index) {
        Hang::Under(parent) => Place::Under(parent),
        Hang::Remote(context) => {
            let label = naming.context(context).map_or("", |(_, label)| label);
            Place::Top(Parent::Remote(label.to_owned()), None)
        }
        Hang::Root => Place::Top(Parent::Root, home),
        Hang::Missing(_) => Place::Top(Parent::Missing(None), home),
        Hang::Cycle(_) => Place::Top(Parent::Cycle(0), home),
    }
}

/// Bit 8 of OTLP's flags says whether bit 9, the parent is remote, means anything.
fn remote(span: &Span) -> Option<bool> {
    (span.flags & 0x100 != 0).then_some(span.flags & 0x200 != 0)
}

/// What the tree and the kind say of a parent's being remote.
pub(super) fn is_expected_remote(kind: Kind, hang: Hang) -> bool {
    match hang {
        Hang::Root => false,
        Hang::Remote(_) => true,
        Hang::Under(_) | Hang::Missing(_) | Hang::Cycle(_) => matches!(kind, Kind::Server | Kind::Consumer),
    }
}

/// An exporter that knows nothing of flags leaves all of them 0: that says nothing.
fn is_sampled(span: &Span) -> bool {
    span.flags == 0 || span.flags & 1 != 0
}

fn attributes(attributes: &[Attribute], replacer: &Replacer<'_>) -> Vec<Line<Entry>> {
    let mut entries: Vec<Line<Entry>> = attributes.iter().map(|found| replacer.attribute(found).into()).collect();
    // Stable: which of two equal keys came first is the target's doing.
    entries.sort_by(|a, b| a.says.key.cmp(&b.says.key));
    entries
}

fn dropped(count: u32) -> Option<Line<u32>> {
    (count != 0).then(|| count.into())
}

fn moment(event: &Event, replacer: &Replacer<'_>) -> Moment {
    Moment {
        name: replacer.text(&event.name),
        attributes: attributes(&event.attributes, replacer),
        dropped_attributes: dropped(event.dropped_attributes),
    }
}

fn pointer(link: &Link, tree: &Tree<'_>, naming: &Naming<'_>, replacer: &Replacer<'_>) -> Pointer {
    let context = SpanRef { trace_id: link.trace_id, span_id: link.span_id };
    let to = if tree.find(context).is_empty() {
        let label = naming.context(context).map(|(_, label)| Target::Remote(label.to_owned()));
        label.unwrap_or(Target::Foreign)
    } else {
        Target::Span(0)
    };
    let attributes = attributes(&link.attributes, replacer);
    Pointer { to, attributes, dropped_attributes: dropped(link.dropped_attributes) }
}

/// A malformed id differs from run to run as a good one does: its length need not.
fn defect(found: &Defect) -> Defect {
    let is_id = found.field.ends_with("_id");
    let shown = if is_id { found.found.split(':').next().unwrap_or_default() } else { &found.found };
    Defect { field: found.field.clone(), found: shown.to_owned() }
}

/// Spans that have something in common that only a number can show.
struct Groups {
    /// They have one id.
    twins: Vec<Vec<usize>>,
    /// They name one parent, which is not there.
    orphans: Vec<Vec<usize>>,
    /// They are uppermost in one trace that no context of the harness is in.
    strangers: Vec<Vec<usize>>,
}

impl Groups {
    fn of(tree: &Tree<'_>, naming: &Naming<'_>) -> Self {
        let mut orphans: BTreeMap<SpanRef, Vec<usize>> = BTreeMap::new();
        let mut strangers: BTreeMap<TraceId, Vec<usize>> = BTreeMap::new();
        for top in tree.tops() {
            let trace = tree.trace().spans[*top].trace_id;
            if let Hang::Missing(parent) = tree.hang(*top)
                && trace.is_valid()
            {
                orphans.entry(parent).or_default().push(*top);
            }
            if !matches!(tree.hang(*top), Hang::Remote(_)) && naming.home(trace).is_none() && trace.is_valid() {
                strangers.entry(trace).or_default().push(*top);
            }
        }
        Self {
            twins: tree.duplicates().map(<[usize]>::to_vec).collect(),
            orphans: several(orphans),
            strangers: several(strangers),
        }
    }

    /// How members have it in common, and who they are.
    fn all(&self) -> impl Iterator<Item = (u8, &[usize])> {
        let kinds = [(TWIN, &self.twins), (ORPHAN, &self.orphans), (STRANGER, &self.strangers)];
        kinds.into_iter().flat_map(|(how, groups)| groups.iter().map(move |group| (how, group.as_slice())))
    }
}

fn several<K>(groups: BTreeMap<K, Vec<usize>>) -> Vec<Vec<usize>> {
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// Sorts spans into classes, in the order in which siblings are to stand: by rank, by the context they hang on, by what
/// they say, by what is under them, and only then by what they point at and what points at them.
fn classes(tree: &Tree<'_>, naming: &Naming<'_>, drafts: &[Node], groups: &Groups) -> Vec<usize> {
    let texts: Vec<_> = drafts.iter().map(own_text).collect();
    let ranks: Vec<_> = tree.trace().spans.iter().map(|span| naming.rank_of(span)).collect();
    let shapes = shapes(tree, &texts, &ranks);
    let context = |index| match tree.hang(index) {
        Hang::Remote(context) => naming.context(context).map_or(usize::MAX, |(place, _)| place),
        Hang::Under(_) | Hang::Root | Hang::Missing(_) | Hang::Cycle(_) => usize::MAX,
    };
    let key = |index: usize| (ranks[index], context(index), &texts[index], shapes[index]);
    let mut classes = rank(&(0..drafts.len()).map(key).collect::<Vec<_>>());
    let neighbours = neighbours(tree, groups);
    // Without a reference, spans of one class are alike for every reader.
    if neighbours.iter().flatten().all(|(how, _)| matches!(*how, PARENT | CHILD)) {
        return classes;
    }
    // A group is a thing of its own behind the spans, so that its members need not all be neighbours of each other.
    classes.extend(groups.all().map(|(how, _)| drafts.len() + usize::from(how)));
    let mut classes = refine(classes, &neighbours);
    classes.truncate(drafts.len());
    classes
}

fn own_text(draft: &Node) -> String {
    let mut text = String::new();
    write_node(&mut text, 0, draft).expect("a string takes any text");
    text
}

/// The class of each span's subtree, found from the leaves upward: comparing whole texts would take a deep tree's depth
/// squared.
fn shapes(tree: &Tree<'_>, texts: &[String], ranks: &[u64]) -> Vec<usize> {
    let mut heights = vec![0; texts.len()];
    let downward: Vec<_> = tree.walk().map(|(span, _)| span).collect();
    for span in downward.iter().rev() {
        if let Some(parent) = tree.parent(*span) {
            heights[parent] = heights[parent].max(heights[*span] + 1);
        }
    }
    let mut levels: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (span, height) in heights.iter().enumerate() {
        levels.entry(*height).or_default().push(span);
    }
    let mut shapes = vec![0; texts.len()];
    let mut base = 0;
    for level in levels.into_values() {
        let key = |span: &usize| {
            let below = tree.children(*span).iter().map(|child| (ranks[*child], &texts[*child], shapes[*child]));
            let mut below: Vec<_> = below.collect();
            below.sort();
            (&texts[*span], below)
        };
        let ranked = rank(&level.iter().map(key).collect::<Vec<_>>());
        for (span, rank) in level.iter().zip(ranked) {
            shapes[*span] = base + rank;
        }
        base += level.len();
    }
    shapes
}

const PARENT: u8 = 0;
const CHILD: u8 = 1;
const CYCLE: u8 = 2;
const CYCLED: u8 = 3;
const TWIN: u8 = 4;
const ORPHAN: u8 = 5;
const STRANGER: u8 = 6;
/// A link from, or to: two for each place in the list of links.
const LINK: u8 = 7;
/// From here on links of one span are not told apart by their place.
const LINKS_MAX: usize = 120;

fn neighbours(tree: &Tree<'_>, groups: &Groups) -> Vec<Neighbours> {
    let mut neighbours: Vec<Neighbours> = vec![Vec::new(); tree.trace().spans.len()];
    for (index, span) in tree.trace().spans.iter().enumerate() {
        match tree.hang(index) {
            Hang::Under(parent) => {
                neighbours[index].push((PARENT, parent));
                neighbours[parent].push((CHILD, index));
            }
            Hang::Cycle(parent) => {
                neighbours[index].push((CYCLE, parent));
                neighbours[parent].push((CYCLED, index));
            }
            Hang::Remote(_) | Hang::Root | Hang::Missing(_) => {}
        }
        for (place, link) in span.links.iter().enumerate() {
            let how = LINK + 2 * u8::try_from(place.min(LINKS_MAX)).unwrap_or_default();
            if let Some(target) = tree.find(SpanRef { trace_id: link.trace_id, span_id: link.span_id }).first() {
                neighbours[index].push((how, *target));
                neighbours[*target].push((how + 1, index));
            }
        }
    }
    for (how, members) in groups.all() {
        let group = neighbours.len();
        neighbours.push(members.iter().map(|member| (how, *member)).collect());
        members.iter().for_each(|member| neighbours[*member].push((how, group)));
    }
    neighbours
}

/// All spans, each before those under it, siblings by class.
fn order(tree: &Tree<'_>, classes: &[usize]) -> Vec<usize> {
    let spans = &tree.trace().spans;
    // Of one class and still not the same: any order will do that does not depend on the order of arrival.
    let compare = |a: &usize, b: &usize| classes[*a].cmp(&classes[*b]).then_with(|| tie(&spans[*a], &spans[*b]));
    let sorted = |list: &[usize]| {
        let mut list = list.to_vec();
        list.sort_by(|a, b| compare(b, a));
        list
    };
    let mut stack = sorted(tree.tops());
    let mut order = Vec::with_capacity(spans.len());
    while let Some(span) = stack.pop() {
        order.push(span);
        stack.extend(sorted(tree.children(span)));
    }
    order
}

/// Numbers, given out in the order of the text.
struct Labels {
    spans: BTreeMap<usize, u32>,
    /// To the first of those with the same id.
    twins: BTreeMap<usize, usize>,
    orphans: BTreeMap<usize, u32>,
    strangers: BTreeMap<usize, u32>,
}

impl Labels {
    fn of(tree: &Tree<'_>, groups: &Groups, order: &[usize]) -> Self {
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, index)| places[*index] = place);
        let first = |group: &[usize]| group.iter().copied().min_by_key(|index| places[*index]);
        let mut twins = BTreeMap::new();
        for group in &groups.twins {
            let Some(first) = first(group) else { continue };
            twins.extend(group.iter().filter(|index| **index != first).map(|index| (*index, first)));
        }
        let mut pointed_at: BTreeSet<_> = twins.values().copied().collect();
        for (index, span) in tree.trace().spans.iter().enumerate() {
            if let Hang::Cycle(parent) = tree.hang(index) {
                pointed_at.insert(parent);
            }
            let links = span.links.iter().map(|link| SpanRef { trace_id: link.trace_id, span_id: link.span_id });
            pointed_at.extend(links.filter_map(|link| first(tree.find(link))));
        }
        let labelled = order.iter().filter(|index| pointed_at.contains(index));
        let spans = labelled.zip(1..).map(|(index, label)| (*index, label)).collect();
        let numbered = |groups: &[Vec<usize>]| {
            let mut groups: Vec<_> = groups.iter().collect();
            groups.sort_by_key(|group| first(group).map(|index| places[index]));
            groups
                .into_iter()
                .zip(1..)
                .flat_map(|(group, number)| group.iter().map(move |index| (*index, number)))
                .collect()
        };
        Self { spans, twins, orphans: numbered(&groups.orphans), strangers: numbered(&groups.strangers) }
    }

    /// Puts numbers into a draft, and the places of nodes for indices of spans.
    fn apply(&self, node: &mut Node, index: usize, tree: &Tree<'_>, places: &[usize]) {
        let label = |index: &usize| self.spans.get(index).copied();
        node.label = label(&index);
        node.same_as = self.twins.get(&index).and_then(label);
        match (&mut node.place, tree.hang(index)) {
            (Place::Under(parent), _) => *parent = places[*parent],
            (Place::Top(parent, home), hang) => {
                match (parent, hang) {
                    (Parent::Missing(number), _) => *number = self.orphans.get(&index).copied(),
                    (Parent::Cycle(number), Hang::Cycle(to)) => *number = label(&to).unwrap_or_default(),
                    _ => {}
                }
                if let Some(number) = self.strangers.get(&index) {
                    *home = Some(Home::Shared(*number));
                }
            }
        }
        for (pointer, link) in node.links.iter_mut().zip(&tree.trace().spans[index].links) {
            if let Target::Span(number) = &mut pointer.says.to {
                let found = tree.find(SpanRef { trace_id: link.trace_id, span_id: link.span_id });
                let first = found.first().map(|index| self.twins.get(index).unwrap_or(index));
                *number = first.and_then(label).unwrap_or_default();
            }
        }
    }
}

/// Marks what is there of the part, or else the span.
fn mark(node: &mut Node, part: &Part) {
    let mut found = false;
    match part {
        Part::Span => {}
        Part::Status => {
            node.status.mark = true;
            found = true;
        }
        Part::Attribute(key) => {
            for line in node.attributes.iter_mut().filter(|line| line.says.key == *key) {
                line.mark = true;
                found = true;
            }
        }
        Part::Event(name) => {
            for line in node.events.iter_mut().filter(|line| line.says.name == *name) {
                line.mark = true;
                found = true;
            }
        }
    }
    node.mark |= !found;
}
