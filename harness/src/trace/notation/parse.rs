//! From text to a normal trace.

use std::collections::BTreeSet;

use super::render::{KINDS, RESERVED_WORDS, is_reserved_key, is_word, is_word_byte};
use super::{Entry, Home, Line, Moment, Node, Normal, Parent, Place, Pointer, Real, Target, Term};
use crate::trace::{Defect, Kind, Status, StatusCode};

/// Where a text is not in the notation, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct ParseError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Such as `expected a value`.
    pub problem: String,
}

type Parsed<T> = Result<T, ParseError>;

/// Nobody writes values as deep as this, and OTLP cannot carry them.
const NESTING_MAX: usize = 128;

pub(super) fn parse(text: &str) -> Parsed<Normal> {
    let mut builder = Builder::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_end();
        let content = line.trim_start_matches(' ');
        if !content.is_empty() && !content.starts_with('#') {
            builder.line(Cursor { number, line, at: line.len() - content.len() })?;
        }
    }
    builder.finish()
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    /// What the lines are under, outermost first.
    open: Vec<Owner>,
    /// The indentation of the first line.
    base: Option<usize>,
    labels: BTreeSet<u32>,
    /// Where labels are used: they may be given later.
    used: Vec<(u32, ParseError)>,
    /// The lines so far that a node can have only once.
    once: BTreeSet<(usize, &'static str)>,
}

/// What owns the lines underneath.
#[derive(Clone, Copy)]
enum Owner {
    Node(usize),
    Event(usize),
    Link(usize),
}

impl Builder {
    fn line(&mut self, mut cursor: Cursor<'_>) -> Parsed<()> {
        self.indent(&cursor)?;
        if cursor.rest().starts_with("!  ") {
            return cursor.fail("the mark stands after the indentation: one space follows it");
        }
        let mark = cursor.eat_str("! ");
        let start = cursor;
        if let Some(kind) = cursor.kind() {
            return match self.open.last() {
                Some(Owner::Event(_) | Owner::Link(_)) => start.fail("a span cannot be under an event or a link"),
                Some(Owner::Node(parent)) => self.node(cursor, mark, kind, Some(*parent)),
                None => self.node(cursor, mark, kind, None),
            };
        }
        match self.open.last() {
            None => cursor.fail("expected a kind of span, such as SERVER"),
            Some(Owner::Node(_)) => self.body(cursor, mark),
            Some(Owner::Event(_) | Owner::Link(_)) => self.attribute(cursor, mark),
        }
    }

    /// Closes what this line is not under.
    fn indent(&mut self, cursor: &Cursor<'_>) -> Parsed<()> {
        let indent = cursor.at;
        if cursor.rest().starts_with('\t') {
            return cursor.fail("indent with spaces: two for each level");
        }
        let base = *self.base.get_or_insert(indent);
        let Some(depth) = indent.checked_sub(base).filter(|extra| extra % 2 == 0).map(|extra| extra / 2) else {
            return cursor.fail(format!("indented by {indent}, which is not {base} and a multiple of 2"));
        };
        if depth > self.open.len() {
            return cursor.fail("indented under a line that has nothing under it");
        }
        self.open.truncate(depth);
        Ok(())
    }

    fn node(&mut self, mut cursor: Cursor<'_>, mark: bool, kind: Kind, under: Option<usize>) -> Parsed<()> {
        let mut node = Node { mark, kind, name: cursor.name("a span's name")?, ..Node::default() };
        if cursor.eat('#') {
            let before = cursor;
            let label = cursor.number("a label")?;
            if !self.labels.insert(label) {
                return before.fail(format!("#{label} is taken"));
            }
            node.label = Some(label);
        }
        if cursor.eat('=') {
            node.same_as = Some(self.label(&mut cursor)?);
        }
        node.place = match under {
            Some(parent) => Place::Under(parent),
            None => self.top(&mut cursor)?,
        };
        cursor.end()?;
        self.open.push(Owner::Node(self.nodes.len()));
        self.nodes.push(node);
        Ok(())
    }

    fn top(&mut self, cursor: &mut Cursor<'_>) -> Parsed<Place> {
        let parent = if !cursor.eat_str("<-") {
            Parent::Root
        } else if cursor.eat_word("missing") {
            let numbered = cursor.rest().starts_with(|next: char| next.is_ascii_digit());
            Parent::Missing(if numbered { Some(cursor.number("a number")?) } else { None })
        } else if cursor.eat_word("cycle") {
            Parent::Cycle(self.label(cursor)?)
        } else {
            Parent::Remote(cursor.label()?)
        };
        let home = if !cursor.eat_word("in") {
            None
        } else if cursor.eat('@') {
            Some(Home::Shared(cursor.number("a number")?))
        } else {
            Some(Home::Known(cursor.label()?))
        };
        Ok(Place::Top(parent, home))
    }

    /// A reference to a label.
    fn label(&mut self, cursor: &mut Cursor<'_>) -> Parsed<u32> {
        let before = *cursor;
        cursor.expect('#')?;
        let label = cursor.number("a label")?;
        self.used.push((label, before.error(format!("no span is labelled #{label}"))));
        Ok(label)
    }

    /// A line of a span.
    fn body(&mut self, mut cursor: Cursor<'_>, mark: bool) -> Parsed<()> {
        if cursor.rest().starts_with("event ") {
            return self.event(cursor, mark);
        }
        if cursor.rest().starts_with("link ") {
            return self.link(cursor, mark);
        }
        let start = cursor;
        let says = cursor.own_key();
        let Some(key) = says else { return self.attribute(cursor, mark) };
        let index = self.last_index();
        if key != "defect" && !self.once.insert((index, key)) {
            return start.fail(format!("a span has one `{key}`"));
        }
        let node = &mut self.nodes[index];
        match key {
            "status" => node.status = Line { mark, says: cursor.status()? },
            "scope" => node.scope = Some(Line { mark, says: cursor.name("a scope's name")? }),
            "remote" => node.remote = Some(Line { mark, says: cursor.truth()? }),
            "sampled" => node.sampled = Some(Line { mark, says: cursor.truth()? }),
            "trace state" => node.trace_state = Some(Line { mark, says: cursor.string()? }),
            "dropped attributes" => node.dropped_attributes = Some(Line { mark, says: cursor.number("a count")? }),
            "dropped events" => node.dropped_events = Some(Line { mark, says: cursor.number("a count")? }),
            "dropped links" => node.dropped_links = Some(Line { mark, says: cursor.number("a count")? }),
            _ => {
                let field = cursor.key()?;
                cursor.expect(':')?;
                node.defects.push(Line { mark, says: Defect { field, found: cursor.string()? } });
            }
        }
        cursor.end()
    }

    fn event(&mut self, mut cursor: Cursor<'_>, mark: bool) -> Parsed<()> {
        cursor.eat_str("event");
        let name = cursor.name("an event's name")?;
        cursor.end()?;
        let events = &mut self.last().events;
        events.push(Line { mark, says: Moment { name, ..Moment::default() } });
        let index = events.len() - 1;
        self.open.push(Owner::Event(index));
        Ok(())
    }

    fn link(&mut self, mut cursor: Cursor<'_>, mark: bool) -> Parsed<()> {
        cursor.eat_str("link");
        let to = if cursor.rest().starts_with('#') {
            Target::Span(self.label(&mut cursor)?)
        } else if cursor.eat_word("foreign") {
            Target::Foreign
        } else {
            Target::Remote(cursor.label()?)
        };
        cursor.end()?;
        let links = &mut self.last().links;
        links.push(Line { mark, says: Pointer { to, attributes: Vec::new(), dropped_attributes: None } });
        let index = links.len() - 1;
        self.open.push(Owner::Link(index));
        Ok(())
    }

    /// An attribute of a span, an event or a link, or the count of those dropped.
    fn attribute(&mut self, mut cursor: Cursor<'_>, mark: bool) -> Parsed<()> {
        let owner = self.open.last().copied();
        let node = self.last();
        let (attributes, dropped) = match owner {
            Some(Owner::Event(index)) => {
                let event = &mut node.events[index].says;
                (&mut event.attributes, &mut event.dropped_attributes)
            }
            Some(Owner::Link(index)) => {
                let link = &mut node.links[index].says;
                (&mut link.attributes, &mut link.dropped_attributes)
            }
            Some(Owner::Node(_)) | None => (&mut node.attributes, &mut node.dropped_attributes),
        };
        let start = cursor;
        if cursor.eat_str("dropped attributes:") {
            if dropped.is_some() {
                return start.fail("only one `dropped attributes` here");
            }
            *dropped = Some(Line { mark, says: cursor.number("a count")? });
        } else {
            let key = cursor.key()?;
            cursor.expect(':')?;
            attributes.push(Line { mark, says: Entry { key, value: cursor.value(0)? } });
        }
        cursor.end()
    }

    /// The node that lines belong to: of the nodes that are open it is the last one, and that is not always the last of
    /// all, since a span's lines may stand behind its children.
    fn last_index(&self) -> usize {
        let open = self.open.iter().rev().find_map(|owner| match owner {
            Owner::Node(index) => Some(*index),
            Owner::Event(_) | Owner::Link(_) => None,
        });
        open.expect("lines of a span are read only while one is open")
    }

    fn last(&mut self) -> &mut Node {
        let index = self.last_index();
        &mut self.nodes[index]
    }

    fn finish(self) -> Parsed<Normal> {
        match self.used.into_iter().find(|(label, _)| !self.labels.contains(label)) {
            Some((_, error)) => Err(error),
            None => Ok(Normal { nodes: self.nodes }),
        }
    }
}

/// A place in a line. Reading something reads the spaces behind it.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    number: usize,
    line: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    fn error(&self, problem: impl Into<String>) -> ParseError {
        let column = self.line[..self.at].chars().count() + 1;
        ParseError { line: self.number, column, problem: problem.into() }
    }

    fn fail<T>(&self, problem: impl Into<String>) -> Parsed<T> {
        Err(self.error(problem))
    }

    fn expected<T>(&self, what: &str) -> Parsed<T> {
        let found = self.rest().split(' ').next().filter(|found| !found.is_empty());
        self.fail(format!(
            "expected {what}, found {}",
            found.map_or("the end of the line".into(), |it| format!("`{it}`"))
        ))
    }

    fn spaces(&mut self) {
        self.at = self.line.len() - self.rest().trim_start_matches(' ').len();
    }

    fn skip(&mut self, length: usize) -> &'a str {
        let skipped = &self.rest()[..length];
        self.at += length;
        self.spaces();
        skipped
    }

    fn eat_str(&mut self, text: &str) -> bool {
        let is_here = self.rest().starts_with(text);
        if is_here {
            self.skip(text.len());
        }
        is_here
    }

    fn eat(&mut self, character: char) -> bool {
        self.eat_str(character.encode_utf8(&mut [0; 4]))
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let is_here = self.word_length() == word.len() && self.rest().starts_with(word);
        is_here && self.eat_str(word)
    }

    fn expect(&mut self, character: char) -> Parsed<()> {
        if self.eat(character) { Ok(()) } else { self.expected(&format!("`{character}`")) }
    }

    fn end(&self) -> Parsed<()> {
        if self.rest().is_empty() { Ok(()) } else { self.expected("the end of the line") }
    }

    fn word_length(&self) -> usize {
        self.rest().bytes().take_while(|byte| is_word_byte(*byte)).count()
    }

    fn kind(&mut self) -> Option<Kind> {
        let kind = KINDS.into_iter().find(|kind| {
            let rest = self.rest().strip_prefix(kind.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })?;
        self.skip(kind.as_str().len());
        Some(kind)
    }

    /// What a span says beside its attributes. `defect` is followed by a field.
    fn own_key(&mut self) -> Option<&'static str> {
        const KEYS: [&str; 9] = [
            "status:",
            "scope:",
            "remote:",
            "sampled:",
            "trace state:",
            "dropped attributes:",
            "dropped events:",
            "dropped links:",
            "defect ",
        ];
        let key = KEYS.into_iter().find(|key| self.rest().starts_with(key))?;
        self.skip(key.len());
        Some(&key[..key.len() - 1])
    }

    fn name(&mut self, what: &str) -> Parsed<String> {
        if self.rest().starts_with('"') {
            return self.string();
        }
        match self.word_length() {
            0 => self.expected(&format!("{what}: a word, or anything in quotes")),
            length => Ok(self.skip(length).to_owned()),
        }
    }

    fn key(&mut self) -> Parsed<String> {
        if self.rest().starts_with('"') {
            return self.string();
        }
        let length = self.rest().bytes().take_while(|byte| *byte != b':' && is_word_byte(*byte)).count();
        match &self.rest()[..length] {
            "" => self.expected("a key: a word, or anything in quotes"),
            key if is_reserved_key(key) => self.fail(format!("`{key}` as the key of an attribute needs quotes")),
            key => Ok(self.skip(key.len()).to_owned()),
        }
    }

    fn label(&mut self) -> Parsed<String> {
        if self.rest().starts_with('"') {
            return self.string();
        }
        let mut words = Vec::new();
        while self.word_length() > 0 && !self.rest().starts_with("in ") {
            let before = *self;
            let word = self.skip(self.word_length());
            if RESERVED_WORDS.contains(&word) {
                return before.fail(format!("`{word}` in a label needs quotes around the label"));
            }
            words.push(word);
        }
        if words.is_empty() { self.expected("a label: words, or anything in quotes") } else { Ok(words.join(" ")) }
    }

    fn number(&mut self, what: &str) -> Parsed<u32> {
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        match self.rest()[..length].parse() {
            Ok(number) => {
                self.skip(length);
                Ok(number)
            }
            Err(_) => self.expected(&format!("{what}: a number below 2^32")),
        }
    }

    fn truth(&mut self) -> Parsed<bool> {
        if self.eat_word("true") {
            return Ok(true);
        }
        if self.eat_word("false") { Ok(false) } else { self.expected("`true` or `false`") }
    }

    fn status(&mut self) -> Parsed<Status> {
        let codes = [StatusCode::Unset, StatusCode::Ok, StatusCode::Error];
        let Some(code) = codes.into_iter().find(|code| self.eat_word(code.as_str())) else {
            return self.expected("`Unset`, `Ok` or `Error`");
        };
        let message = if self.rest().is_empty() { String::new() } else { self.string()? };
        Ok(Status { code, message })
    }

    fn string(&mut self) -> Parsed<String> {
        let rest = self.rest();
        if !rest.starts_with('"') {
            return self.expected("a string in quotes");
        }
        let mut is_escaped = false;
        let end = rest.bytes().skip(1).position(|byte| {
            let ends = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            ends
        });
        let Some(end) = end else { return self.fail("this string does not end on its line") };
        match serde_json::from_str(&rest[..end + 2]) {
            Ok(text) => {
                self.skip(end + 2);
                Ok(text)
            }
            Err(error) => self.fail(format!("not a string as JSON writes it: {error}")),
        }
    }

    fn value(&mut self, depth: usize) -> Parsed<Term> {
        if depth > NESTING_MAX {
            return self.fail(format!("a value nested deeper than {NESTING_MAX}"));
        }
        match self.rest().bytes().next() {
            Some(b'"') => Ok(Term::String(self.string()?)),
            Some(b'<') => self.placeholder(),
            Some(b'[') => Ok(Term::Array(self.list('[', ']', |cursor| cursor.value(depth + 1))?)),
            Some(b'{') => Ok(Term::Map(self.list('{', '}', |cursor| cursor.entry(depth + 1))?)),
            _ => self.scalar(),
        }
    }

    fn list<T>(&mut self, open: char, close: char, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect(open)?;
        let mut items = Vec::new();
        while !self.eat(close) {
            if !items.is_empty() && !self.eat(',') {
                return self.expected(&format!("`,` or `{close}`"));
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn entry(&mut self, depth: usize) -> Parsed<Entry> {
        let key = self.key()?;
        self.expect(':')?;
        Ok(Entry { key, value: self.value(depth)? })
    }

    fn placeholder(&mut self) -> Parsed<Term> {
        let name = self.rest().strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(name, _)| name);
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return self.expected("a placeholder, such as `<port>`");
        };
        self.skip(name.len() + 2);
        Ok(if name == "empty" { Term::Empty } else { Term::Placeholder(name.to_owned()) })
    }

    fn scalar(&mut self) -> Parsed<Term> {
        let text = &self.rest()[..self.word_length()];
        let number = text.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        let term = match text {
            "true" => Some(Term::Bool(true)),
            "false" => Some(Term::Bool(false)),
            "NaN" => Some(Term::Double(Real(f64::NAN))),
            "inf" => Some(Term::Double(Real(f64::INFINITY))),
            "-inf" => Some(Term::Double(Real(f64::NEG_INFINITY))),
            _ if text.starts_with("0x") => hex::decode(&text[2..]).ok().map(Term::Bytes),
            _ if number && text.contains(['.', 'e', 'E']) => text.parse().ok().map(|it| Term::Double(Real(it))),
            _ if number => text.parse().ok().map(Term::Int),
            _ => None,
        };
        match term {
            Some(term) => {
                self.skip(text.len());
                Ok(term)
            }
            None if is_word(text) && !number => self.expected("a value: strings need quotes"),
            None => self.expected("a value"),
        }
    }
}
