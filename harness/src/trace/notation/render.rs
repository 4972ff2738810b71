//! From a normal trace to text.

use std::fmt::{self, Write};

use super::{Entry, Home, Line, Moment, Node, Normal, Parent, Place, Pointer, Target, Term};
use crate::trace::{Kind, Status, StatusCode};

/// What the notation says by itself: an attribute with such a key is quoted.
pub(super) const RESERVED_KEYS: [&str; 9] =
    ["defect", "dropped", "event", "link", "remote", "sampled", "scope", "status", "trace"];

/// What cannot be a word of a label, since it means something else there.
pub(super) const RESERVED_WORDS: [&str; 4] = ["cycle", "foreign", "in", "missing"];

pub(super) const KINDS: [Kind; 6] =
    [Kind::Unspecified, Kind::Internal, Kind::Server, Kind::Client, Kind::Producer, Kind::Consumer];

impl fmt::Display for Normal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut depths: Vec<usize> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let depth = match node.place {
                Place::Under(parent) => depths.get(parent).map_or(0, |depth| depth + 1),
                Place::Top(..) => 0,
            };
            depths.push(depth);
            write_node(f, depth, node)?;
        }
        Ok(())
    }
}

/// All lines of a span but those of the spans under it.
pub(super) fn write_node(f: &mut impl Write, depth: usize, node: &Node) -> fmt::Result {
    begin(f, depth, node.mark)?;
    write!(f, "{} {}", node.kind, Word(&node.name))?;
    write_labels(f, node)?;
    f.write_char('\n')?;
    let depth = depth + 1;
    write_status(f, depth, &node.status)?;
    write_line(f, depth, "scope", node.scope.as_ref(), |scope| Word(scope))?;
    write_line(f, depth, "remote", node.remote.as_ref(), |remote| *remote)?;
    write_line(f, depth, "sampled", node.sampled.as_ref(), |sampled| *sampled)?;
    write_line(f, depth, "trace state", node.trace_state.as_ref(), |state| Quoted(state))?;
    write_attributes(f, depth, &node.attributes, node.dropped_attributes.as_ref())?;
    for Line { mark, says: Moment { name, attributes, dropped_attributes } } in &node.events {
        begin(f, depth, *mark)?;
        writeln!(f, "event {}", Word(name))?;
        write_attributes(f, depth + 1, attributes, dropped_attributes.as_ref())?;
    }
    write_line(f, depth, "dropped events", node.dropped_events.as_ref(), |count| *count)?;
    for Line { mark, says: Pointer { to, attributes, dropped_attributes } } in &node.links {
        begin(f, depth, *mark)?;
        match to {
            Target::Span(label) => writeln!(f, "link #{label}")?,
            Target::Remote(label) => writeln!(f, "link {}", Label(label))?,
            Target::Foreign => writeln!(f, "link foreign")?,
        }
        write_attributes(f, depth + 1, attributes, dropped_attributes.as_ref())?;
    }
    write_line(f, depth, "dropped links", node.dropped_links.as_ref(), |count| *count)?;
    for Line { mark, says: defect } in &node.defects {
        begin(f, depth, *mark)?;
        writeln!(f, "defect {}: {}", Key(&defect.field), Quoted(&defect.found))?;
    }
    Ok(())
}

fn write_labels(f: &mut impl Write, node: &Node) -> fmt::Result {
    if let Some(label) = node.label {
        write!(f, " #{label}")?;
    }
    if let Some(label) = node.same_as {
        write!(f, " = #{label}")?;
    }
    let Place::Top(parent, home) = &node.place else { return Ok(()) };
    match parent {
        Parent::Remote(label) => write!(f, "  <- {}", Label(label))?,
        Parent::Root if home.is_some() => f.write_char(' ')?,
        Parent::Root => {}
        Parent::Missing(None) => f.write_str("  <- missing")?,
        Parent::Missing(Some(number)) => write!(f, "  <- missing {number}")?,
        Parent::Cycle(label) => write!(f, "  <- cycle #{label}")?,
    }
    match home {
        Some(Home::Known(label)) => write!(f, " in {}", Label(label)),
        Some(Home::Shared(number)) => write!(f, " in @{number}"),
        None => Ok(()),
    }
}

/// What nobody set and nobody marked goes without saying.
fn write_status(f: &mut impl Write, depth: usize, line: &Line<Status>) -> fmt::Result {
    let Status { code, message } = &line.says;
    if *code == StatusCode::Unset && message.is_empty() && !line.mark {
        return Ok(());
    }
    begin(f, depth, line.mark)?;
    write!(f, "status: {code}")?;
    if !message.is_empty() {
        write!(f, " {}", Quoted(message))?;
    }
    f.write_char('\n')
}

fn write_attributes(
    f: &mut impl Write,
    depth: usize,
    attributes: &[Line<Entry>],
    dropped: Option<&Line<u32>>,
) -> fmt::Result {
    for Line { mark, says: Entry { key, value } } in attributes {
        begin(f, depth, *mark)?;
        writeln!(f, "{}: {value}", Key(key))?;
    }
    write_line(f, depth, "dropped attributes", dropped, |count| *count)
}

fn write_line<'a, T, D: fmt::Display>(
    f: &mut impl Write,
    depth: usize,
    key: &str,
    line: Option<&'a Line<T>>,
    show: impl Fn(&'a T) -> D,
) -> fmt::Result {
    let Some(line) = line else { return Ok(()) };
    begin(f, depth, line.mark)?;
    writeln!(f, "{key}: {}", show(&line.says))
}

fn begin(f: &mut impl Write, depth: usize, mark: bool) -> fmt::Result {
    write!(f, "{:1$}{2}", "", depth * 2, if mark { "! " } else { "" })
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Placeholder(name) => write!(f, "<{name}>"),
            Self::Empty => f.write_str("<empty>"),
            Self::String(text) => Quoted(text).fmt(f),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Int(number) => write!(f, "{number}"),
            // Debug keeps the point of a whole number, so that 1.0 and 1 stay different values.
            Self::Double(number) => write!(f, "{:?}", number.0),
            Self::Bytes(bytes) => write!(f, "0x{}", hex::encode(bytes)),
            Self::Array(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_char(']')
            }
            Self::Map(entries) => {
                f.write_char('{')?;
                for (index, entry) in entries.iter().enumerate() {
                    write!(f, "{}{}: {}", if index == 0 { "" } else { ", " }, Quoted(&entry.key), entry.value)?;
                }
                f.write_char('}')
            }
        }
    }
}

/// A string as JSON writes it.
struct Quoted<'a>(&'a str);

/// A name: bare if that is clear.
struct Word<'a>(&'a str);

/// A key: bare if that is clear and it is not the notation's own.
struct Key<'a>(&'a str);

/// A label: words, bare if that is clear.
struct Label<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&serde_json::Value::from(self.0), f)
    }
}

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_word(self.0) { f.write_str(self.0) } else { Quoted(self.0).fmt(f) }
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_bare = is_word(self.0) && !self.0.contains(':') && !is_reserved_key(self.0);
        if is_bare { f.write_str(self.0) } else { Quoted(self.0).fmt(f) }
    }
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_bare = self.0.split(' ').all(|word| is_word(word) && !RESERVED_WORDS.contains(&word));
        if is_bare { f.write_str(self.0) } else { Quoted(self.0).fmt(f) }
    }
}

pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_word_byte)
}

pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-' | b'+' | b'*' | b'$' | b':')
}

pub(super) fn is_reserved_key(key: &str) -> bool {
    RESERVED_KEYS.contains(&key) || KINDS.iter().any(|kind| kind.as_str() == key)
}
