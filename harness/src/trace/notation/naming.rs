//! What differs from run to run, and the names that stand for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Entry, Real, Term};
use crate::trace::{Attribute, Span, SpanId, SpanRef, Trace, TraceId, Value};

/// The names for what differs from run to run, and the order of siblings.
///
/// Ids that occur in the trace are found by themselves, wherever a text holds them.
pub struct Naming<'a> {
    remotes: Vec<(SpanRef, String)>,
    ports: BTreeSet<u16>,
    /// Longest first, so that a name that begins like another is not taken for it.
    texts: Vec<(String, String)>,
    /// Keys, or what stands behind the last dots of keys.
    volatile: Vec<(String, String)>,
    rank: Box<dyn Fn(&Span) -> u64 + Send + Sync + 'a>,
}

/// What to mark: spans by their ids, and parts of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    parts: BTreeSet<(SpanRef, Part)>,
}

/// A part of a span.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The span as a whole.
    Span,
    /// Its status.
    Status,
    /// The attributes with this key.
    Attribute(String),
    /// The events with this name.
    Event(String),
}

/// Keys whose value differs from run to run, or from machine to machine, in any target: ports that the system chose, threads, stack
/// traces, places in installed sources, what `tracing` measures, and the script, which holds the call's id.
const VOLATILE: [(&str, &str); 14] = [
    ("network.peer.port", "port"),
    ("net.peer.port", "port"),
    ("net.sock.peer.port", "port"),
    ("client.port", "port"),
    ("source.port", "port"),
    ("exception.stacktrace", "stacktrace"),
    ("thread.id", "thread"),
    ("thread.name", "thread"),
    ("code.file.path", "path"),
    ("code.filepath", "path"),
    ("busy_ns", "ns"),
    ("idle_ns", "ns"),
    ("conformance-script-bin", "script"),
    ("conformance_script_bin", "script"),
];

impl Default for Naming<'_> {
    fn default() -> Self {
        let volatile = VOLATILE.map(|(key, name)| (key.to_owned(), name.to_owned())).to_vec();
        Self { remotes: Vec::new(), ports: BTreeSet::new(), texts: Vec::new(), volatile, rank: Box::new(|_| 0) }
    }
}

impl fmt::Debug for Naming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { remotes, ports, texts, volatile, rank: _ } = self;
        f.debug_struct("Naming")
            .field("remotes", remotes)
            .field("ports", ports)
            .field("texts", texts)
            .field("volatile", volatile)
            .finish_non_exhaustive()
    }
}

impl<'a> Naming<'a> {
    /// A context that the harness sent. Spans that hang on contexts stand in the order in which these are named.
    #[must_use]
    pub fn remote(mut self, context: SpanRef, label: impl Into<String>) -> Self {
        self.remotes.push((context, label.into()));
        self
    }

    /// A port of this run: `<port>` wherever a text has it behind a colon, and in attributes whose key speaks of a port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.ports.insert(port);
        self
    }

    /// A text of this run, such as the path of a socket or a call's id: `<name>` wherever it occurs.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>, name: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.texts.push((text, name.into()));
            self.texts.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        }
        self
    }

    /// A key, or its last parts, whose values differ from run to run: they become `<name>`.
    #[must_use]
    pub fn volatile(mut self, key: impl Into<String>, name: impl Into<String>) -> Self {
        self.volatile.push((key.into(), name.into()));
        self
    }

    /// The order of siblings, by rank: the place in the plan of the call that a span belongs to. Equal ranks are ordered
    /// by content.
    #[must_use]
    pub fn rank(mut self, rank: impl Fn(&Span) -> u64 + Send + Sync + 'a) -> Self {
        self.rank = Box::new(rank);
        self
    }

    pub(super) fn rank_of(&self, span: &Span) -> u64 {
        (self.rank)(span)
    }

    pub(super) fn contexts(&self) -> BTreeSet<SpanRef> {
        self.remotes.iter().map(|(context, _)| *context).collect()
    }

    /// The label of a context, and its place in the order.
    pub(super) fn context(&self, context: SpanRef) -> Option<(usize, &str)> {
        let found = self.remotes.iter().position(|(known, _)| *known == context)?;
        Some((found, self.remotes[found].1.as_str()))
    }

    /// The label of the first context in this trace.
    pub(super) fn home(&self, trace: TraceId) -> Option<&str> {
        let found = self.remotes.iter().find(|(known, _)| known.trace_id == trace && trace.is_valid())?;
        Some(found.1.as_str())
    }

    pub(super) fn with_ids_of(&self, trace: &Trace) -> Replacer<'_> {
        let mut replacer = Replacer { naming: self, traces: BTreeSet::new(), spans: BTreeSet::new() };
        let own = trace.spans.iter().map(Span::name_ref);
        let parents = trace.spans.iter().filter_map(Span::parent_ref);
        let links = trace.spans.iter().flat_map(|span| &span.links);
        let linked = links.map(|link| SpanRef { trace_id: link.trace_id, span_id: link.span_id });
        for SpanRef { trace_id, span_id } in own.chain(parents).chain(linked).chain(self.contexts()) {
            replacer.traces.insert(trace_id);
            replacer.spans.insert(span_id);
        }
        replacer
    }
}

impl Marks {
    /// Adds a part of a span. A part that the span does not have marks the span.
    #[must_use]
    pub fn with(mut self, span: SpanRef, part: Part) -> Self {
        self.parts.insert((span, part));
        self
    }

    /// Adds a part of a span.
    pub fn insert(&mut self, span: SpanRef, part: Part) {
        self.parts.insert((span, part));
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (SpanRef, &Part)> {
        self.parts.iter().map(|(span, part)| (*span, part))
    }

    pub(super) fn by_span(&self) -> BTreeMap<SpanRef, Vec<&Part>> {
        let mut spans: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (span, part) in &self.parts {
            spans.entry(*span).or_default().push(part);
        }
        spans
    }
}

/// A naming that knows the ids of one trace.
pub(super) struct Replacer<'a> {
    naming: &'a Naming<'a>,
    traces: BTreeSet<TraceId>,
    spans: BTreeSet<SpanId>,
}

impl Replacer<'_> {
    pub(super) fn attribute(&self, attribute: &Attribute) -> Entry {
        let Attribute { key, value } = attribute;
        let volatile = self.naming.volatile.iter().find(|(volatile, _)| is_suffix(key, volatile));
        let value = match (volatile, value) {
            // A port that no system chooses is not one of a run, but a mistake to be seen.
            (Some((_, name)), Value::Int(number)) if name != "port" || is_chosen_port(*number) => {
                Term::Placeholder(name.clone())
            }
            (Some((_, name)), Value::String(text)) if name != "port" || text.parse().is_ok_and(is_chosen_port) => {
                Term::String(format!("<{name}>"))
            }
            _ => self.term(value, key.to_ascii_lowercase().contains("port")),
        };
        Entry { key: key.clone(), value }
    }

    fn term(&self, value: &Value, is_port: bool) -> Term {
        match value {
            Value::Empty => Term::Empty,
            Value::String(text) if is_port && text.parse().is_ok_and(|port| self.naming.ports.contains(&port)) => {
                Term::String("<port>".to_owned())
            }
            Value::String(text) => Term::String(self.text(text)),
            Value::Bool(truth) => Term::Bool(*truth),
            Value::Int(number) if is_port && self.is_known_port(*number) => Term::Placeholder("port".to_owned()),
            Value::Int(number) => Term::Int(*number),
            Value::Double(number) if is_port && self.is_known_double_port(*number) => {
                Term::Placeholder("double port".to_owned())
            }
            Value::Double(number) => Term::Double(Real(*number)),
            Value::Bytes(bytes) => Term::Bytes(bytes.clone()),
            Value::Array(items) => Term::Array(items.iter().map(|item| self.term(item, is_port)).collect()),
            Value::Map(entries) => Term::Map(entries.iter().map(|entry| self.attribute(entry)).collect()),
        }
    }

    fn is_known_port(&self, number: i64) -> bool {
        u16::try_from(number).is_ok_and(|port| self.naming.ports.contains(&port))
    }

    fn is_known_double_port(&self, number: f64) -> bool {
        self.naming.ports.iter().any(|port| f64::from(*port).to_bits() == number.to_bits())
    }

    /// A text with what is volatile in it replaced: known texts, ports behind a colon, ids.
    pub(super) fn text(&self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let (name, length) = self.volatile_at(rest, replaced.chars().next_back());
            match name {
                Some(name) => replaced.push_str(&name),
                None => replaced.push_str(&rest[..length]),
            }
            rest = &rest[length..];
        }
        replaced
    }

    /// What stands at the beginning of the text: its replacement, if it has one, and its length.
    fn volatile_at(&self, rest: &str, before: Option<char>) -> (Option<String>, usize) {
        if let Some((text, name)) = self.naming.texts.iter().find(|(text, _)| rest.starts_with(text.as_str())) {
            return (Some(format!("<{name}>")), text.len());
        }
        if let Some(digits) = rest.strip_prefix(':') {
            let digits = &digits[..digits.bytes().take_while(u8::is_ascii_digit).count()];
            if digits.parse().is_ok_and(|port| self.naming.ports.contains(&port)) {
                return (Some(":<port>".to_owned()), 1 + digits.len());
            }
        }
        let run = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if run > 0 && !before.is_some_and(|before| before.is_ascii_hexdigit()) {
            let run = &rest[..run];
            if run.parse().is_ok_and(|id| self.traces.contains(&id)) {
                return (Some("<trace>".to_owned()), run.len());
            }
            if run.parse().is_ok_and(|id| self.spans.contains(&id)) {
                return (Some("<span>".to_owned()), run.len());
            }
        }
        (None, rest.chars().next().map_or(0, char::len_utf8))
    }
}

fn is_suffix(key: &str, suffix: &str) -> bool {
    key.strip_suffix(suffix).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn is_chosen_port(number: i64) -> bool {
    (1024..=65535).contains(&number)
}
