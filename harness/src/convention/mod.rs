//! A generation of the RPC semantic conventions, as data. Nothing here judges, and no rule contains an attribute's
//! name: what differs between generations stands in `harness/conventions/*.toml`, in these types.

mod load;

use serde::{Deserialize, Serialize};

pub use load::{ConventionError, builtin, parse};

use crate::trace::{Kind, Span, Value};
use crate::transcript::{Code, MetadataOf};

/// One generation of the conventions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Convention {
    /// The file's name: `rpc-1.39`.
    #[serde(default)]
    pub id: String,
    /// One line for `list`.
    pub title: String,
    /// What of the specification it states, and where the generation's releases differ, which of them counts.
    pub about: String,
    /// The client's span of the call.
    pub client: SpanSpec,
    /// The client's span of each attempt, where the generation has one: below the call's, and what the callee hangs under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<SpanSpec>,
    /// The server's span.
    pub server: SpanSpec,
    /// Attributes that neither span may have: other generations' names for what this one says.
    #[serde(default)]
    pub deprecated: Vec<Deprecated>,
    /// Opt-in attributes whose keys begin so: without configuration there are none.
    #[serde(default)]
    pub opt_in_prefixes: Vec<OptInPrefix>,
}

/// What a span of one sort must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SpanSpec {
    /// The span's kind, where it is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Clause<Kind>>,
    /// The span's name: the first whose condition holds.
    pub name: Vec<NameSpec>,
    /// That there is such a span, where another clause than those that all instrumentations follow says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existence: Option<Source>,
    /// The attributes that the generation names.
    #[serde(default, rename = "attribute")]
    pub attributes: Vec<AttributeSpec>,
    /// What status the span must have.
    pub status: StatusSpec,
    /// The event for each message, where the generation has one.
    #[serde(default)]
    pub message_event: Option<MessageEventSpec>,
    /// Events that stand for what happens once in what the span is of, or not at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub once: Vec<OnceSpec>,
    /// That the span covers the whole call, where the generation says so.
    #[serde(default)]
    pub lifetime: Option<Source>,
    /// That one span covers all attempts of a retried call, where the generation says so.
    #[serde(default)]
    pub retries: Option<Source>,
}

/// A value with where the specification states it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Clause<T> {
    /// The value.
    pub value: T,
    /// Where it is stated.
    pub source: Source,
}

/// Where the specification states something, and how strongly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Source {
    /// The specification's own word.
    pub level: Level,
    /// The page and its anchor.
    pub url: String,
    /// A few of its words.
    pub quote: String,
}

/// How strongly the specification asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// SHOULD, SHOULD NOT, RECOMMENDED: a warning, an error under `--strict`.
    Should,
    /// MUST, MUST NOT, Required: an error.
    Must,
}

impl Level {
    /// As specifications write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Should => "SHOULD",
            Self::Must => "MUST",
        }
    }
}

/// A span name and when it applies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NameSpec {
    /// What the name is: one of these.
    pub values: Vec<Fact>,
    /// All must hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Where it is stated.
    pub source: Source,
}

/// An attribute of a span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AttributeSpec {
    /// The key.
    pub key: String,
    /// The value's type.
    #[serde(rename = "type")]
    pub value_type: ValueType,
    /// The requirement level.
    pub requirement: Requirement,
    /// When the entry counts at all: all must hold. A key may have several entries for different conditions.
    #[serde(default)]
    pub applies_when: Vec<Condition>,
    /// When it is required or recommended: all must hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// The attribute without which, on the same span, it is not required.
    #[serde(default)]
    pub beside: Option<String>,
    /// When it must not be there: all must hold; none: never.
    #[serde(default)]
    pub absent_when: Vec<Condition>,
    /// What its value may be: one of these. Empty: not judged.
    #[serde(default)]
    pub values: Vec<Fact>,
    /// Where requirement level and type are stated.
    pub source: Source,
    /// Where the value is stated, if that is another clause.
    #[serde(default)]
    pub value_source: Option<Source>,
    /// Where it is stated that the attribute must be absent under [`absent_when`](Self::absent_when).
    #[serde(default)]
    pub absent_source: Option<Source>,
}

/// The type of an attribute's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueType {
    /// A text.
    String,
    /// An integer.
    Int,
    /// A truth value.
    Bool,
    /// A list of texts.
    StringArray,
}

/// A requirement level,
/// <https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/attribute-requirement-level.md>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// "All instrumentations MUST populate the attribute."
    Required,
    /// "… when the given condition is satisfied."
    ConditionallyRequired,
    /// Absent, it is no finding.
    Recommended,
}

/// What a value must be equal to: something that the wire or the plan knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// This value.
    Literal(Value),
    /// `package.Service/Method`, as in the request path, without the leading slash.
    FullMethod,
    /// `package.Service`.
    Service,
    /// `Method`.
    Method,
    /// `/package.Service/Method`: the request path itself.
    RequestPath,
    /// The status code's name, `NOT_FOUND`.
    StatusName,
    /// The status code's number.
    StatusNumber,
    /// `error.type` of a call that failed with a status: its name; of one that failed otherwise, any text.
    ErrorType,
    /// The host that the client dialled, or the whole target string where it has none.
    ServerAddress,
    /// The port that the client dialled.
    ServerPort,
    /// The address of the server's socket, whatever name the client dialled.
    SocketAddress,
    /// The port of the server's socket.
    SocketPort,
    /// The address of the other end's socket.
    PeerAddress,
    /// The port of the other end's socket.
    PeerPort,
    /// This text, with `package.Service` for `{service}` and `Method` for `{method}`.
    Template(String),
    /// How many attempts of the call came before this one, transparent retries not counted.
    PreviousAttempts,
    /// Whether the attempt is a transparent retry.
    TransparentRetry,
}

/// When something applies: a predicate over what the wire and the plan know of one end of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// The service has the method.
    MethodRecognised,
    /// It does not.
    MethodUnrecognised,
    /// The side's status mapping calls the status an error.
    Failed,
    /// It does not.
    Succeeded,
    /// A status is known at this end (it was sent, received, or made up by this end).
    StatusKnown,
    /// The dialled target string has a port.
    PortKnown,
    /// The call was made over a network, not over a unix socket.
    Network,
}

/// What status a span must have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StatusSpec {
    /// The codes that are errors.
    pub errors: Vec<Code>,
    /// Where it is stated that these are errors.
    pub error_source: Source,
    /// Where it is stated that the others leave the status unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unset_source: Option<Source>,
    /// Where it is stated that OK is told as the status Ok.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ok_source: Option<Source>,
    /// Where it is stated that the description of an error has the status code in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_in_description: Option<Source>,
}

/// The event that stands for a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MessageEventSpec {
    /// The names it may have: releases of one generation differ. Without any its name is the direction.
    #[serde(default)]
    pub names: Vec<String>,
    /// The keys under which the direction may stand.
    #[serde(default)]
    pub direction_keys: Vec<String>,
    /// The direction's value on the side that sent the message.
    pub sent: String,
    /// The direction's value on the side that received it.
    pub received: String,
    /// The keys under which the number may stand.
    pub id_keys: Vec<String>,
    /// The number of the first message in each direction.
    pub first_id: i64,
    /// Where it is stated that there is one for each message; absent where events are merely allowed.
    #[serde(default)]
    pub each_message: Option<Source>,
    /// Where the attributes are stated.
    pub attributes: Source,
    /// The keys under which the size before compression may stand.
    #[serde(default)]
    pub size_keys: Vec<String>,
    /// How it tells sizes, where the generation requires that: number and size then have to be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<MessageSizeSpec>,
    /// Where it is stated that the events of received messages may stand on the call's span instead of the attempt's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_on_call: Option<Source>,
}

/// How an event has to tell the size of its message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MessageSizeSpec {
    /// The key of the size after it, only there if the message was compressed.
    pub compressed_key: String,
    /// The event that may tell this for a message sent, behind the message's own.
    pub sent_compressed: String,
    /// The event that may tell this for a message received, in front of the message's own.
    pub received_compressed: String,
    /// Where the order of these two is stated.
    pub order_source: Source,
}

/// An event that a span has once at most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OnceSpec {
    /// Its name.
    pub event: String,
    /// Where it is stated.
    pub source: Source,
}

/// A name of another generation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Deprecated {
    /// The key.
    pub key: String,
    /// What this generation says instead.
    #[serde(default)]
    pub instead: Option<String>,
    /// Where it is stated.
    pub source: Source,
}

/// Keys of opt-in attributes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OptInPrefix {
    /// What the keys begin with.
    pub prefix: String,
    /// Where it is stated.
    pub source: Source,
    /// Which metadata stands there once the user asks for it, where that is what this generation calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Captured>,
}

/// What has to be recorded of metadata that the user asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Captured {
    /// Whose metadata it is.
    pub of: MetadataOf,
    /// Where key and value are stated.
    pub source: Source,
}

impl Condition {
    /// Every condition, in order.
    pub const ALL: [Self; 7] = [
        Self::MethodRecognised,
        Self::MethodUnrecognised,
        Self::Failed,
        Self::Succeeded,
        Self::StatusKnown,
        Self::PortKnown,
        Self::Network,
    ];
}

impl Convention {
    /// What the span of a side must be.
    #[must_use]
    pub fn side(&self, side: Side) -> &SpanSpec {
        match side {
            Side::Client => &self.client,
            // Without spans of their own attempts have none that anybody could ask about.
            Side::Attempt => self.attempt.as_ref().unwrap_or(&self.client),
            Side::Server => &self.server,
        }
    }
}

impl SpanSpec {
    /// What names of such spans begin with, where names tell them from other spans.
    pub fn beginnings(&self) -> impl Iterator<Item = &str> {
        self.name.iter().flat_map(|name| &name.values).filter_map(|fact| match fact {
            Fact::Template(template) => template.split('{').next().filter(|fixed| !fixed.is_empty()),
            _ => None,
        })
    }

    /// Whether a span has the form of such a span: the beginning of its name where that tells it from others, else the kind.
    #[must_use]
    pub fn is_form_of(&self, span: &Span) -> bool {
        if self.beginnings().next().is_some() {
            return self.beginnings().any(|beginning| span.name.starts_with(beginning));
        }
        self.kind.as_ref().is_none_or(|kind| span.kind == kind.value)
    }
}

/// What of a call a span stands for: an end, or one attempt of the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The caller.
    Client,
    /// One attempt of the caller's to have the call carried out.
    Attempt,
    /// The callee.
    Server,
}

impl Side {
    /// `client`, `attempt` or `server`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Attempt => "attempt",
            Self::Server => "server",
        }
    }
}
