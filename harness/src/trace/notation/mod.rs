//! The one text form of a trace: in snapshots, in rule documentation, in what a failing test or case prints.
//!
//! ```text
//! SERVER conformance.v1.Conformance/Unary  <- driver
//!   status: Error "boom"
//!   scope: tonic
//!   rpc.method: "conformance.v1.Conformance/Unary"
//!   server.port: <port>
//!   event message
//!     message.id: 1
//!   link driver
//!   CLIENT conformance.v1.Conformance/Unary
//!     ! rpc.system.name: "grpc"
//! ```
//!
//! Ids, times, resources, versions and the order of arrival are no part of it: two runs that did the same read the same.
//! [`normalise()`] makes a [`Normal`] of spans, [`Normal`] prints itself, [`Normal::parse`] reads it back, [`Normal::plant`]
//! makes spans of it. Laws, each a property test: `parse(render(n)) == n`; spans in any order, one text; and
//! `normalise(plant(n)) == n` for what `normalise` made.
//!
//! # Grammar
//!
//! Two spaces of indentation are one level; all lines may be indented further by the same amount. Blank lines and lines
//! that begin with `#` are skipped. `! ` after the indentation marks what the line says. Lines of a span may stand in
//! any order; [`normalise()`] writes them in this one:
//!
//! ```text
//! span    = KIND name [ "#" n ] [ "= #" n ] [ "<-" parent ] [ "in" home ]      the last two only if not indented
//! KIND    = "SERVER" | "CLIENT" | "INTERNAL" | "PRODUCER" | "CONSUMER" | "UNSPECIFIED"
//! name    = word | string                word: letters, digits and . _ / - + * $ :
//! #n                                     a label, for others to point at
//! = #n                                   the span's id was used before, by the span so labelled
//! parent  = label                        a context that the harness sent
//!         | "missing" [ n ]              the parent that the span names is not there; n: spans name the same one
//!         | "cycle" #n                   the parent is the span so labelled, under this one or itself
//!                                        none of these: the span is a root
//! home    = label                        the trace of a context that the harness sent
//!         | "@" n                        another trace, that several uppermost spans have in common
//! label   = word { " " word } | string
//!
//! under a span:
//!   status: Unset | Ok | Error [ string ]       absent: Unset
//!   scope: word | string                        absent: as the span above, at the top none
//!   remote: true | false                        what the span says of its parent, if that is not so
//!   sampled: false                              the span was exported although it says that it is not sampled
//!   trace state: string
//!   key: value                                  attributes, sorted by key; key = word | string
//!   dropped attributes: n
//!   event name                                  in their order; attributes and dropped attributes underneath
//!   dropped events: n
//!   link #n | link label | link foreign         the same underneath
//!   dropped links: n
//!   defect field: string                        what is no legal OTLP
//!   span …                                      its children
//!
//! value   = string | 1 | 1.0 | 1e21 | NaN | inf | -inf | true | false | 0xbytes | <empty> | <placeholder>
//!         | "[" value, … "]" | "{" string: value, … "}"
//! string  = as in JSON
//! ```
//!
//! The scope's name is printed only where it changes from a span to those under it, so that an upgrade that renames it
//! is a small diff; its version, never. That a parent is remote follows from the tree (it is a context that the harness
//! sent, or the span is of kind `SERVER` or `CONSUMER`), so only a contradiction is printed, and nothing where the target
//! does not say. An int that is volatile is `<placeholder>`; a string keeps its quotes and holds the placeholder inside,
//! so that a port of the wrong type still shows.

mod colour;
mod naming;
mod normalise;
mod parse;
mod plant;
mod render;

use super::{Defect, Kind, Status};

pub use naming::{Marks, Naming, Part};
pub use normalise::{normalise, normalise_marked};
pub use parse::ParseError;
pub use plant::{Planted, example_value};

/// A trace without what differs from run to run. Its `Display` is the notation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Normal {
    /// Each before those under it. [`Place::Under`] points back into this list, to the span before or one above that.
    pub nodes: Vec<Node>,
}

/// One span.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Whether the span as a whole is marked.
    pub mark: bool,
    /// How it hangs in the tree.
    pub place: Place,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// For others to point at.
    pub label: Option<u32>,
    /// The label of a span that has the same id.
    pub same_as: Option<u32>,
    /// Its status.
    pub status: Line<Status>,
    /// The name of its scope, if that is not the scope of the span above, or at the top if it has one.
    pub scope: Option<Line<String>>,
    /// What it says of its parent's being remote, if that contradicts the tree.
    pub remote: Option<Line<bool>>,
    /// What it says of being sampled, if that contradicts its being here.
    pub sampled: Option<Line<bool>>,
    /// Its trace state, if any.
    pub trace_state: Option<Line<String>>,
    /// Its attributes.
    pub attributes: Vec<Line<Entry>>,
    /// How many were dropped, if any.
    pub dropped_attributes: Option<Line<u32>>,
    /// Its events.
    pub events: Vec<Line<Moment>>,
    /// How many were dropped, if any.
    pub dropped_events: Option<Line<u32>>,
    /// Its links.
    pub links: Vec<Line<Pointer>>,
    /// How many were dropped, if any.
    pub dropped_links: Option<Line<u32>>,
    /// What of it is no legal OTLP.
    pub defects: Vec<Line<Defect>>,
}

/// What one line says, and whether it is marked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line<T> {
    /// Whether the line is marked.
    pub mark: bool,
    /// What it says.
    pub says: T,
}

/// How a span hangs in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Under the span with this index in [`Normal::nodes`].
    Under(usize),
    /// Under none.
    Top(Parent, Option<Home>),
}

/// What an uppermost span names as its parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// The context that the harness sent and that goes by this label.
    Remote(String),
    /// Nothing.
    Root,
    /// A span that is not there. The number is there if other spans name the same one.
    Missing(Option<u32>),
    /// A span under this one or itself, by its label.
    Cycle(u32),
}

/// The trace of an uppermost span, where its parent does not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// That of the context that the harness sent and that goes by this label.
    Known(String),
    /// Another, which other uppermost spans have too.
    Shared(u32),
}

/// An attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Term,
}

/// An event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moment {
    /// Its name.
    pub name: String,
    /// Its attributes.
    pub attributes: Vec<Line<Entry>>,
    /// How many were dropped, if any.
    pub dropped_attributes: Option<Line<u32>>,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// What it points at.
    pub to: Target,
    /// Its attributes.
    pub attributes: Vec<Line<Entry>>,
    /// How many were dropped, if any.
    pub dropped_attributes: Option<Line<u32>>,
}

/// What a link points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The span with this label.
    Span(u32),
    /// The context that the harness sent and that goes by this label.
    Remote(String),
    /// None of these.
    Foreign,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Stands for a number that differs from run to run.
    Placeholder(String),
    /// A value that is absent.
    Empty,
    /// A text.
    String(String),
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating point number.
    Double(Real),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Values.
    Array(Vec<Term>),
    /// Keys and values.
    Map(Vec<Entry>),
}

/// A floating point number that equals what prints the same: `NaN` itself, but `0.0` not `-0.0`.
#[derive(Debug, Clone, Copy)]
pub struct Real(pub f64);

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits() || (self.0.is_nan() && other.0.is_nan())
    }
}

impl Eq for Real {}

impl Default for Place {
    fn default() -> Self {
        Self::Top(Parent::Root, None)
    }
}

impl<T> From<T> for Line<T> {
    fn from(says: T) -> Self {
        Self { mark: false, says }
    }
}

impl Normal {
    /// Reads the notation.
    ///
    /// # Errors
    ///
    /// If the text is not in it; the error says where and why.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::parse(text)
    }

    /// Without marks.
    #[must_use]
    pub fn unmarked(&self) -> Self {
        let mut normal = self.clone();
        normal.nodes.iter_mut().for_each(Node::unmark);
        normal
    }
}

impl Node {
    fn unmark(&mut self) {
        let unmark = |lines: &mut Vec<Line<Entry>>| lines.iter_mut().for_each(|line| line.mark = false);
        self.mark = false;
        self.status.mark = false;
        self.scope.iter_mut().for_each(|line| line.mark = false);
        self.trace_state.iter_mut().for_each(|line| line.mark = false);
        for line in [&mut self.remote, &mut self.sampled].into_iter().flatten() {
            line.mark = false;
        }
        let dropped = [&mut self.dropped_attributes, &mut self.dropped_events, &mut self.dropped_links];
        dropped.into_iter().flatten().for_each(|line| line.mark = false);
        unmark(&mut self.attributes);
        for event in &mut self.events {
            event.mark = false;
            unmark(&mut event.says.attributes);
            event.says.dropped_attributes.iter_mut().for_each(|line| line.mark = false);
        }
        for link in &mut self.links {
            link.mark = false;
            unmark(&mut link.says.attributes);
            link.says.dropped_attributes.iter_mut().for_each(|line| line.mark = false);
        }
        self.defects.iter_mut().for_each(|line| line.mark = false);
    }
}
