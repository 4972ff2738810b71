//! One span, and what it shares with others.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{SpanId, TraceId};

/// All spans that belong to one piece of evidence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// What emitted the spans; [`Span::resource`] points here.
    pub resources: Vec<Arc<Resource>>,
    /// The instrumentation scopes; [`Span::scope`] points here.
    pub scopes: Vec<Arc<Scope>>,
    /// In no particular order: nothing may depend on it.
    pub spans: Vec<Span>,
}

/// What emitted spans.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// As received, repeated keys kept.
    pub attributes: Vec<Attribute>,
    /// `dropped_attributes_count`.
    #[serde(default)]
    pub dropped_attributes: u32,
    /// `schema_url` of the `ResourceSpans`.
    #[serde(default)]
    pub schema_url: String,
}

/// An instrumentation scope.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The name given to the tracer.
    pub name: String,
    /// The version given to the tracer.
    #[serde(default)]
    pub version: String,
    /// As received.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// `dropped_attributes_count`.
    #[serde(default)]
    pub dropped_attributes: u32,
    /// `schema_url` of the `ScopeSpans`.
    #[serde(default)]
    pub schema_url: String,
}

/// One span.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// All zero if it was malformed: see [`Span::defects`].
    pub trace_id: TraceId,
    /// All zero if it was malformed: see [`Span::defects`].
    pub span_id: SpanId,
    /// Absent for a root.
    #[serde(default)]
    pub parent_span_id: Option<SpanId>,
    /// The `tracestate` header's form.
    #[serde(default)]
    pub trace_state: String,
    /// OTLP's flags: bits 0 to 7 are W3C's, 8 says whether 9 (the parent is remote) is known.
    #[serde(default)]
    pub flags: u32,
    /// The span's name.
    pub name: String,
    /// The span's kind.
    pub kind: Kind,
    /// Nanoseconds since the Unix epoch, by the target's clock.
    pub start_ns: u64,
    /// Nanoseconds since the Unix epoch, by the target's clock.
    pub end_ns: u64,
    /// As received, repeated keys kept.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// `dropped_attributes_count`.
    #[serde(default)]
    pub dropped_attributes: u32,
    /// In the order received.
    #[serde(default)]
    pub events: Vec<Event>,
    /// `dropped_events_count`.
    #[serde(default)]
    pub dropped_events: u32,
    /// In the order received.
    #[serde(default)]
    pub links: Vec<Link>,
    /// `dropped_links_count`.
    #[serde(default)]
    pub dropped_links: u32,
    /// The span's status.
    #[serde(default)]
    pub status: Status,
    /// Index into [`Trace::scopes`].
    #[serde(default)]
    pub scope: usize,
    /// Index into [`Trace::resources`].
    #[serde(default)]
    pub resource: usize,
    /// What of the span as exported is no legal OTLP.
    #[serde(default)]
    pub defects: Vec<Defect>,
}

/// A departure from OTLP that the span model cannot hold otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// The field of the OTLP message, such as `trace_id`.
    pub field: String,
    /// What was there, such as `3 bytes: 01ab00`.
    pub found: String,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Value,
}

/// An attribute's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// A value that is absent.
    Empty,
    /// A text.
    String(String),
    /// A truth value.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// A floating point number.
    Double(f64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Values of any type: the specification asks for one type, OTLP does not.
    Array(Vec<Value>),
    /// Keys and values.
    Map(Vec<Attribute>),
}

/// An event of a span.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Nanoseconds since the Unix epoch, by the target's clock.
    pub time_ns: u64,
    /// The event's name.
    pub name: String,
    /// As received, repeated keys kept.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// `dropped_attributes_count`.
    #[serde(default)]
    pub dropped_attributes: u32,
}

/// A link to another span.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The linked span's trace.
    pub trace_id: TraceId,
    /// The linked span.
    pub span_id: SpanId,
    /// The `tracestate` header's form.
    #[serde(default)]
    pub trace_state: String,
    /// As received, repeated keys kept.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// `dropped_attributes_count`.
    #[serde(default)]
    pub dropped_attributes: u32,
    /// OTLP's flags.
    #[serde(default)]
    pub flags: u32,
}

/// A span's kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// `SPAN_KIND_UNSPECIFIED`: "MAY be assumed to be internal".
    #[default]
    Unspecified,
    /// An operation within an application.
    Internal,
    /// The server's side of a call.
    Server,
    /// The client's side of a call.
    Client,
    /// The sender of a message that is not waited for.
    Producer,
    /// The receiver of such a message.
    Consumer,
}

/// A span's status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// The code.
    pub code: StatusCode,
    /// The description; empty if absent.
    #[serde(default)]
    pub message: String,
}

/// The code of a span's status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StatusCode {
    /// The default.
    #[default]
    Unset,
    /// Set by an application, never by an instrumentation.
    Ok,
    /// The operation failed.
    Error,
}

impl Span {
    /// How many nanoseconds it lasted; none if a time is absent, or they are in the wrong order.
    #[must_use]
    pub fn lasted(&self) -> Option<u64> {
        let timed = self.start_ns != 0 && self.end_ns >= self.start_ns;
        timed.then(|| self.end_ns - self.start_ns)
    }

    /// The values of all attributes with this key: more than one only where a target repeats a key.
    pub fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Value> {
        self.attributes.iter().filter(move |attribute| attribute.key == key).map(|attribute| &attribute.value)
    }

    /// The value of the first attribute with this key.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.attributes.iter().find(|attribute| attribute.key == key).map(|attribute| &attribute.value)
    }
}

impl Kind {
    /// As specifications write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Internal => "INTERNAL",
            Self::Server => "SERVER",
            Self::Client => "CLIENT",
            Self::Producer => "PRODUCER",
            Self::Consumer => "CONSUMER",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl StatusCode {
    /// As specifications write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unset => "Unset",
            Self::Ok => "Ok",
            Self::Error => "Error",
        }
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Value {
    /// JSON, but for bytes, which are `0x…`, and an absent value, which is `<empty>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("<empty>"),
            Self::String(text) => f.write_str(&serde_json::Value::from(text.as_str()).to_string()),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Int(number) => write!(f, "{number}"),
            // Debug keeps the point of a whole number, so that 1.0 and 1 stay different values.
            Self::Double(number) => write!(f, "{number:?}"),
            Self::Bytes(bytes) => write!(f, "0x{}", hex::encode(bytes)),
            Self::Array(values) => {
                f.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Map(entries) => {
                f.write_str("{")?;
                for (index, entry) in entries.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{}: {}", serde_json::Value::from(entry.key.as_str()), entry.value)?;
                }
                f.write_str("}")
            }
        }
    }
}
