//! What a fault says of itself, and its variants.

use std::fmt;

use opentelemetry::trace::SpanKind;
use opentelemetry_sdk::trace::SpanData;
use tonic_trace_reference::Call;

use crate::faults::FAULTS;
use crate::parts::Parts;

/// The shapes of calls, by the names of their methods.
pub const SHAPES: [&str; 4] = ["Unary", "ServerStream", "ClientStream", "Bidi"];

/// A fault, at every end at which it can occur.
pub struct Fault {
    pub(crate) module: &'static str,
    /// What it does, and what the bug is that it models.
    pub doc: &'static str,
    /// Where bugs of that kind were seen; none where nobody has told of one yet.
    pub models: &'static [&'static str],
    /// The ends at which it can occur, each with the rules that name the offence there.
    pub sides: &'static [(Side, &'static [&'static str])],
    /// The shapes, status codes or attributes by each of which it is to be seen by itself; none: there is only one of it.
    pub each: &'static [&'static str],
    /// The scenarios that can show it, where not all are to be played: the matrix is long enough.
    pub only: &'static [&'static str],
    /// The conventions under which it is to be seen.
    pub conventions: &'static [&'static str],
    /// Whether only a process can have it, since it is in what crosses the wire to the backend.
    pub is_process: bool,
    /// Whether cases are played one at a time, since it takes something from one call to the next.
    pub is_alone: bool,
    /// Where it can be, of these ends, shapes and conventions.
    pub(crate) exists: fn(At, &str) -> bool,
    pub(crate) parts: fn(At) -> Parts,
}

/// An end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The end that calls.
    Client,
    /// The end that answers.
    Server,
    /// One or the other, or the export that they share.
    Both,
}

/// Where a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// At this end.
    pub side: Side,
    /// In calls of this shape alone, by the name of its method; or with this status, or this attribute.
    pub each: Option<&'static str>,
}

/// A fault as it is switched on: at one end, under one convention.
#[derive(Clone, Copy)]
pub struct Variant {
    /// The fault.
    pub fault: &'static Fault,
    /// Where.
    pub at: At,
    /// The rules that name the offence.
    pub names: &'static [&'static str],
    /// Under which convention.
    pub convention: &'static str,
}

/// Every variant of every fault.
#[must_use]
pub fn variants() -> Vec<Variant> {
    FAULTS.iter().flat_map(|fault| fault.variants()).collect()
}

/// The variant with this id.
#[must_use]
pub fn variant(id: &str) -> Option<Variant> {
    variants().into_iter().find(|variant| variant.id() == id)
}

impl Fault {
    /// The class, and the file's name.
    #[must_use]
    pub fn id(&self) -> String {
        let path = self.module.split_once("::faults::").map_or(self.module, |(_, path)| path);
        path.replace("::", "/")
    }

    fn variants(&'static self) -> Vec<Variant> {
        let mut all = Vec::new();
        for (side, names) in self.sides {
            let each: Vec<_> =
                if self.each.is_empty() { vec![None] } else { self.each.iter().copied().map(Some).collect() };
            for each in each {
                let at = At { side: *side, each };
                let conventions = self.conventions.iter().filter(|convention| (self.exists)(at, convention));
                all.extend(conventions.map(|convention| Variant { fault: self, at, names, convention }));
            }
        }
        all
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fault").field(&self.id()).finish()
    }
}

impl Side {
    /// As in ids.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Both => "both",
        }
    }
}

impl At {
    /// Whether the fault concerns this call, at this end of it.
    #[must_use]
    pub fn is(self, call: &Call) -> bool {
        let side = match call.side() {
            tonic_trace_reference::Side::Client => self.side != Side::Server,
            tonic_trace_reference::Side::Server => self.side != Side::Client,
        };
        side && self.shape().is_none_or(|shape| call.method() == shape)
    }

    /// Whether the fault concerns this span: one of the instrumentation's, for this end of a call.
    #[must_use]
    pub fn is_of(self, span: &SpanData) -> bool {
        let side = match span.span_kind {
            SpanKind::Client => self.side != Side::Server,
            SpanKind::Server => self.side != Side::Client,
            _ => false,
        };
        side && self.shape().is_none_or(|shape| span.name.ends_with(shape))
    }

    /// Of this call shape alone, by the name of its method.
    #[must_use]
    pub fn shape(self) -> Option<&'static str> {
        self.each.filter(|each| SHAPES.contains(each))
    }
}

impl Variant {
    /// What the environment or a report calls it.
    #[must_use]
    pub fn id(&self) -> String {
        let mut id = format!("{}/{}", self.fault.id(), self.at.side.as_str());
        if let Some(each) = self.at.each {
            id += "/";
            id += each;
        }
        if self.fault.conventions.len() > 1 {
            id += "/";
            id += self.convention;
        }
        id
    }

    pub(crate) fn parts(&self) -> Parts {
        (self.fault.parts)(self.at)
    }
}

impl fmt::Debug for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Variant").field(&self.id()).finish()
    }
}

/// Declares the fault of a file: the doc comment says what it does, `parts` how it gets in.
macro_rules! fault {
    (
        $(#[doc = $doc:literal])+
        models: $models:tt,
        $(client: $client:tt,)?
        $(server: $server:tt,)?
        $(both: $both:tt,)?
        $(each: $each:expr,)?
        $(only: $only:tt,)?
        $(conventions: $conventions:tt,)?
        $(exists: $exists:expr,)?
        $(process: $process:literal,)?
        $(alone: $alone:literal,)?
        parts: $parts:expr $(,)?
    ) => {
        pub(crate) const FAULT: $crate::Fault = $crate::Fault {
            module: module_path!(),
            doc: concat!($($doc, "\n"),+),
            models: &$models,
            sides: &[
                $(($crate::Side::Client, &$client),)?
                $(($crate::Side::Server, &$server),)?
                $(($crate::Side::Both, &$both),)?
            ],
            each: fault!(@or [] $($each)?),
            only: fault!(@or [] $($only)?),
            conventions: fault!(@or ["rpc-1.39"] $($conventions)?),
            exists: fault!(@where $($exists)?),
            is_process: fault!(@flag $($process)?),
            is_alone: fault!(@flag $($alone)?),
            parts: $parts,
        };
    };
    (@or $default:tt) => { &$default };
    (@or $default:tt $given:expr) => { &$given };
    (@where) => { |_, _| true };
    (@where $exists:expr) => { $exists };
    (@flag) => { false };
    (@flag $given:literal) => { true };
}
pub(crate) use fault;
