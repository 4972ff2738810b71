//! From a normal trace to spans: for examples in documentation and for tests.

use std::collections::HashMap;
use std::sync::Arc;

use super::normalise::is_expected_remote;
use super::{Entry, Home, Line, Marks, Moment, Naming, Node, Normal, Parent, Part, Place, Pointer, Target, Term};
use crate::trace::{Attribute, Event, Hang, Link, Scope, Span, SpanId, SpanRef, Trace, TraceId, Value};

/// Spans that a normal trace stands for, with ids and times made up. A parent covers its children in time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Planted {
    /// The spans, in the order of the text.
    pub trace: Trace,
    /// The contexts that the harness sent, with their labels, in the order in which they are first named.
    pub remotes: Vec<(SpanRef, String)>,
    /// What is marked in the text. Marks on lines that [`Part`] does not have are on the span.
    pub marks: Marks,
}

/// A value for a placeholder in an example: a port for `port`, and else 1.
#[must_use]
pub fn example_value(placeholder: &str) -> Value {
    match placeholder {
        "port" => Value::Int(50051),
        "double port" => Value::Double(50051.0),
        _ => Value::Int(1),
    }
}

impl Planted {
    /// A naming that knows the contexts, and the port that [`example_value`] gives.
    #[must_use]
    pub fn naming(&self) -> Naming<'static> {
        let naming = Naming::default().port(50051);
        self.remotes.iter().fold(naming, |naming, (context, label)| naming.remote(*context, label))
    }
}

impl Normal {
    /// Makes spans of a trace, with these values for placeholders.
    ///
    /// Flags say what the tree implies unless the text says otherwise: a planted span's parent is remote where it hangs
    /// on a context, or is of kind `SERVER` or `CONSUMER`.
    #[must_use]
    pub fn plant(&self, values: impl Fn(&str) -> Value) -> Planted {
        let mut gardener =
            Gardener { values: &values, names: Vec::new(), planted: Planted::default(), labels: HashMap::new() };
        gardener.planted.trace.resources.push(Arc::default());
        gardener.find_remotes(self);
        gardener.give_names(self);
        let last = last_below(self);
        for (index, node) in self.nodes.iter().enumerate() {
            gardener.plant(self, index, node, last[index]);
        }
        gardener.planted
    }
}

struct Gardener<'a> {
    values: &'a dyn Fn(&str) -> Value,
    names: Vec<SpanRef>,
    planted: Planted,
    labels: HashMap<u32, usize>,
}

impl Gardener<'_> {
    /// Each context gets a trace of its own. A home that no context has is one too.
    fn find_remotes(&mut self, normal: &Normal) {
        let mut labels: Vec<&str> = Vec::new();
        for node in &normal.nodes {
            if let Place::Top(Parent::Remote(label), _) = &node.place {
                labels.push(label);
            }
            if let Place::Top(_, Some(Home::Known(label))) = &node.place {
                labels.push(label);
            }
            labels.extend(node.links.iter().filter_map(|link| match &link.says.to {
                Target::Remote(label) => Some(label.as_str()),
                Target::Span(_) | Target::Foreign => None,
            }));
        }
        for label in labels {
            if self.remote(label).is_none() {
                let number = self.planted.remotes.len();
                let context =
                    SpanRef { trace_id: trace_id(Source::Remote, number), span_id: span_id(Source::Remote, number) };
                self.planted.remotes.push((context, label.to_owned()));
            }
        }
    }

    fn remote(&self, label: &str) -> Option<SpanRef> {
        self.planted.remotes.iter().find(|(_, known)| known == label).map(|(context, _)| *context)
    }

    fn give_names(&mut self, normal: &Normal) {
        for (index, node) in normal.nodes.iter().enumerate() {
            self.labels.extend(node.label.map(|label| (label, index)));
            let trace_id = match &node.place {
                Place::Under(parent) => self.names.get(*parent).map(|name| name.trace_id),
                Place::Top(Parent::Remote(label), _) | Place::Top(_, Some(Home::Known(label))) => {
                    self.remote(label).map(|context| context.trace_id)
                }
                Place::Top(_, Some(Home::Shared(number))) => Some(trace_id(Source::Shared, *number as usize)),
                Place::Top(_, None) => None,
            };
            let trace_id = trace_id.unwrap_or_else(|| self::trace_id(Source::Own, index));
            self.names.push(SpanRef { trace_id, span_id: span_id(Source::Own, index) });
        }
        // A twin may stand before the span whose id it has.
        for (index, node) in normal.nodes.iter().enumerate() {
            if let Some(twin) = node.same_as.and_then(|label| self.labels.get(&label)) {
                self.names[index].span_id = self.names[*twin].span_id;
            }
        }
    }

    fn plant(&mut self, normal: &Normal, index: usize, node: &Node, last: usize) {
        let name = self.names[index];
        let (parent_span_id, hang) = self.parent(index, node);
        let remote = node.remote.as_ref().map_or_else(|| is_expected_remote(node.kind, hang), |line| line.says);
        let sampled = node.sampled.as_ref().is_none_or(|line| line.says);
        let scope = self.scope(normal, node);
        let start_ns = time(index);
        let count = |line: &Option<Line<u32>>| line.as_ref().map_or(0, |line| line.says);
        let span = Span {
            trace_id: name.trace_id,
            span_id: name.span_id,
            parent_span_id,
            trace_state: node.trace_state.as_ref().map(|line| line.says.clone()).unwrap_or_default(),
            flags: 0x100 | u32::from(remote) << 9 | u32::from(sampled),
            name: node.name.clone(),
            kind: node.kind,
            start_ns,
            end_ns: time(last) + STEP_NS / 2,
            attributes: self.attributes(&node.attributes),
            dropped_attributes: count(&node.dropped_attributes),
            events: node.events.iter().map(|line| self.event(&line.says, start_ns)).collect(),
            dropped_events: count(&node.dropped_events),
            links: node.links.iter().enumerate().map(|(place, line)| self.link(&line.says, index, place)).collect(),
            dropped_links: count(&node.dropped_links),
            status: node.status.says.clone(),
            scope,
            resource: 0,
            defects: node.defects.iter().map(|line| line.says.clone()).collect(),
        };
        self.planted.trace.spans.push(span);
        marks(node, |part| self.planted.marks.insert(name, part));
    }

    fn parent(&self, index: usize, node: &Node) -> (Option<SpanId>, Hang) {
        match &node.place {
            Place::Under(parent) => (self.names.get(*parent).map(|name| name.span_id), Hang::Under(*parent)),
            Place::Top(Parent::Remote(label), _) => {
                let context = self.remote(label).unwrap_or_default();
                (Some(context.span_id), Hang::Remote(context))
            }
            Place::Top(Parent::Root, _) => (None, Hang::Root),
            Place::Top(Parent::Missing(number), _) => {
                let span_id = match number {
                    Some(number) => span_id(Source::Shared, *number as usize),
                    None => span_id(Source::Missing, index),
                };
                (Some(span_id), Hang::Missing(SpanRef { trace_id: self.names[index].trace_id, span_id }))
            }
            Place::Top(Parent::Cycle(label), _) => {
                let below = self.labels.get(label).copied().unwrap_or(index);
                (Some(self.names[below].span_id), Hang::Cycle(below))
            }
        }
    }

    /// The scope of the span above, unless the text names another.
    fn scope(&mut self, normal: &Normal, node: &Node) -> usize {
        let trace = &mut self.planted.trace;
        let name = match (&node.scope, &node.place) {
            (Some(line), _) => line.says.as_str(),
            (None, Place::Under(parent)) if *parent < normal.nodes.len() => {
                return trace.spans.get(*parent).map_or(0, |span| span.scope);
            }
            (None, _) => "",
        };
        let found = trace.scopes.iter().position(|scope| scope.name == name);
        found.unwrap_or_else(|| {
            trace.scopes.push(Arc::new(Scope { name: name.to_owned(), ..Scope::default() }));
            trace.scopes.len() - 1
        })
    }

    fn event(&self, moment: &Moment, time_ns: u64) -> Event {
        Event {
            time_ns,
            name: moment.name.clone(),
            attributes: self.attributes(&moment.attributes),
            dropped_attributes: moment.dropped_attributes.as_ref().map_or(0, |line| line.says),
        }
    }

    fn link(&self, pointer: &Pointer, index: usize, place: usize) -> Link {
        let foreign = || {
            let number = index * 64 + place;
            SpanRef { trace_id: trace_id(Source::Foreign, number), span_id: span_id(Source::Foreign, number) }
        };
        let to = match &pointer.to {
            Target::Span(label) => self.labels.get(label).map(|index| self.names[*index]),
            Target::Remote(label) => self.remote(label),
            Target::Foreign => None,
        };
        let SpanRef { trace_id, span_id } = to.unwrap_or_else(foreign);
        Link {
            trace_id,
            span_id,
            trace_state: String::new(),
            attributes: self.attributes(&pointer.attributes),
            dropped_attributes: pointer.dropped_attributes.as_ref().map_or(0, |line| line.says),
            flags: 1,
        }
    }

    fn attributes(&self, lines: &[Line<Entry>]) -> Vec<Attribute> {
        lines.iter().map(|line| self.attribute(&line.says)).collect()
    }

    fn attribute(&self, entry: &Entry) -> Attribute {
        Attribute { key: entry.key.clone(), value: self.value(&entry.value) }
    }

    fn value(&self, term: &Term) -> Value {
        match term {
            Term::Placeholder(name) => (self.values)(name),
            Term::Empty => Value::Empty,
            Term::String(text) => Value::String(text.clone()),
            Term::Bool(truth) => Value::Bool(*truth),
            Term::Int(number) => Value::Int(*number),
            Term::Double(number) => Value::Double(number.0),
            Term::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Term::Array(items) => Value::Array(items.iter().map(|item| self.value(item)).collect()),
            Term::Map(entries) => Value::Map(entries.iter().map(|entry| self.attribute(entry)).collect()),
        }
    }
}

/// For each node the last one under it, itself if there is none.
fn last_below(normal: &Normal) -> Vec<usize> {
    let mut last: Vec<_> = (0..normal.nodes.len()).collect();
    for (index, node) in normal.nodes.iter().enumerate().rev() {
        if let Place::Under(parent) = node.place {
            last[parent] = last[parent].max(last[index]);
        }
    }
    last
}

fn marks(node: &Node, mut add: impl FnMut(Part)) {
    let mut is_span = node.mark;
    let lines = [&node.dropped_attributes, &node.dropped_events, &node.dropped_links];
    is_span |= lines.into_iter().flatten().any(|line| line.mark);
    is_span |= [&node.remote, &node.sampled].into_iter().flatten().any(|line| line.mark);
    is_span |= [&node.scope, &node.trace_state].into_iter().flatten().any(|line| line.mark);
    is_span |= node.links.iter().any(|line| line.mark) || node.defects.iter().any(|line| line.mark);
    if is_span {
        add(Part::Span);
    }
    if node.status.mark {
        add(Part::Status);
    }
    for line in node.attributes.iter().filter(|line| line.mark) {
        add(Part::Attribute(line.says.key.clone()));
    }
    for line in &node.events {
        if line.mark || line.says.attributes.iter().any(|line| line.mark) {
            add(Part::Event(line.says.name.clone()));
        }
    }
}

/// What an id is made for: ids of different sources differ.
#[derive(Clone, Copy)]
enum Source {
    Own = 1,
    Remote,
    Shared,
    Missing,
    Foreign,
}

fn trace_id(source: Source, number: usize) -> TraceId {
    let mut id = [0; 16];
    id[0] = source as u8;
    id[8..].copy_from_slice(&(number as u64).to_be_bytes());
    TraceId(id)
}

fn span_id(source: Source, number: usize) -> SpanId {
    let mut id = (number as u64).to_be_bytes();
    id[0] = source as u8;
    SpanId(id)
}

const STEP_NS: u64 = 1_000_000;

fn time(index: usize) -> u64 {
    1_700_000_000_000_000_000 + index as u64 * STEP_NS
}
