//! What crossed the wire: the facts that spans are judged against.
//!
//! Where an end of a call is the harness's own (driver or peer), its record is made from HTTP/2 frames. Where an end
//! is a target's, it is the target's journal: what its application saw.

mod context;
mod percent;
mod status;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use context::{RemoteContext, TraceParent, flags, trace_state_members, traceparent};
pub use percent::{percent_decode, percent_encode};
pub use status::Code;

use crate::trace::{SpanId, SpanRef, TraceId};

/// What both ends of every call of a plan saw, by the call's path (`0`, `0.a`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// A call that no end saw has no entry.
    pub calls: BTreeMap<String, CallRecord>,
    /// The ends that were not over when the case had to be: then the records of calls are what was known by that time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<Unfinished>,
}

/// An end of a call that was not over when its case had to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unfinished {
    /// The call's path.
    pub call: String,
    /// Which end of it.
    pub end: CallEnd,
}

/// One of the two ends of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallEnd {
    /// The one that calls.
    Client,
    /// The one that is called.
    Server,
}

/// What the two ends of one call saw.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRecord {
    /// The caller's record.
    #[serde(default)]
    pub client: Option<ClientRecord>,
    /// The callee's, one for each arrival (a retried call arrives again).
    #[serde(default)]
    pub server: Vec<ServerRecord>,
}

/// Which metadata of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetadataOf {
    /// What the caller sends.
    Request,
    /// The headers that it is answered with.
    Response,
}

impl MetadataOf {
    /// `request` or `response`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}

/// Who made a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observer {
    /// The harness's own end, from frames.
    #[default]
    Wire,
    /// A target's journal.
    Journal,
}

/// A call as its client saw it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientRecord {
    /// Who made the record.
    pub observer: Observer,
    /// `:authority`, where it is known.
    #[serde(default)]
    pub authority: Option<String>,
    /// What was sent (wire) — empty in a journal, where the callee's record says what arrived.
    #[serde(default)]
    pub metadata: Vec<Entry>,
    /// The span that was current where a target made the call.
    #[serde(default)]
    pub context: Option<JournaledContext>,
    /// Response headers, if any came.
    #[serde(default)]
    pub headers: Option<Vec<Entry>>,
    /// How the call ended for the client; absent if it never learned.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Whether the client ended the call itself (cancel, drop, walk-away, its deadline) before a status came.
    #[serde(default)]
    pub gave_up: Option<GaveUp>,
    /// Messages sent.
    #[serde(default)]
    pub sent: u32,
    /// Messages received.
    #[serde(default)]
    pub received: u32,
    /// How many steps were carried out, and the first that found the call over.
    #[serde(default)]
    pub progress: Progress,
    /// When, by the harness's clock; absent in a journal.
    #[serde(default)]
    pub times: Option<Times>,
    /// The harness's own socket address, where it is the client.
    #[serde(default)]
    pub local_address: Option<String>,
    /// What the target could not do: the case cannot be judged.
    #[serde(default)]
    pub error: Option<String>,
}

/// A call as its server saw it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerRecord {
    /// Who made the record.
    pub observer: Observer,
    /// `:authority`, where it is known.
    #[serde(default)]
    pub authority: Option<String>,
    /// As received, without the script; repeated keys kept, in order.
    pub metadata: Vec<Entry>,
    /// What was left of the deadline when the handler began, in milliseconds.
    #[serde(default)]
    pub deadline_ms: Option<u32>,
    /// The span that was current when the handler began (journal only).
    #[serde(default)]
    pub context: Option<JournaledContext>,
    /// The baggage that the handler saw (journal only).
    #[serde(default)]
    pub baggage: Vec<Entry>,
    /// The spans that the handler opened by its script, in that order, as far as the target tells them (journal only).
    #[serde(default)]
    pub spans: Vec<JournaledContext>,
    /// How this end ended the call, as the peer sent it; absent in a journal.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Whether the server was told that the call is over before it ended it.
    #[serde(default)]
    pub cancelled: bool,
    /// Messages sent.
    #[serde(default)]
    pub sent: u32,
    /// Messages received.
    #[serde(default)]
    pub received: u32,
    /// How many steps were carried out, and the first that found the call over.
    #[serde(default)]
    pub progress: Progress,
    /// When, by the harness's clock; absent in a journal.
    #[serde(default)]
    pub times: Option<Times>,
    /// What the target could not do: the case cannot be judged.
    #[serde(default)]
    pub error: Option<String>,
}

/// A metadata entry. The value under a key that ends in `-bin` is unpadded base64.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Lowercase.
    pub key: String,
    /// As sent.
    pub value: String,
}

/// How a call ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The status code, mapped by gRPC's rules where the server sent none.
    pub code: Code,
    /// The status message, percent-decoded.
    #[serde(default)]
    pub message: String,
    /// Trailers, or the headers of a trailers-only response, without `grpc-status` and `grpc-message`.
    #[serde(default)]
    pub trailers: Vec<Entry>,
    /// Where the status came from.
    #[serde(default)]
    pub origin: Origin,
}

/// Where a status came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Trailers.
    #[default]
    Trailers,
    /// A response that consists of its trailers.
    TrailersOnly,
    /// A response without `grpc-status`: mapped from the HTTP status.
    HttpStatus,
    /// The stream was reset by the other end: mapped from the HTTP/2 error code.
    Reset,
    /// The connection could not be made or was lost.
    Connection,
    /// This end's own doing: cancelled, or its deadline passed.
    Local,
    /// As an API told it; where it got it from is not known (journal).
    Api,
}

/// How a client ended a call itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GaveUp {
    /// By the API for it.
    Cancelled,
    /// Let go of it.
    Dropped,
    /// Stopped reading.
    WalkedAway,
    /// Closed the connection.
    Disconnected,
    /// Its own deadline passed.
    Deadline,
}

/// How far a list of steps came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Steps carried out.
    pub reached: u32,
    /// Index of the first step that found the call over.
    #[serde(default)]
    pub over_at: Option<u32>,
    /// The whole list was worked through.
    #[serde(default)]
    pub done: bool,
}

/// When an end saw what, in nanoseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// The request's headers were sent, or received.
    pub begun_ns: u64,
    /// The last frame of the call was sent, or received.
    pub ended_ns: u64,
}

/// A span context as a target's OpenTelemetry API gave it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournaledContext {
    /// The trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// W3C's flags.
    #[serde(default)]
    pub flags: u8,
    /// The `tracestate` header's form.
    #[serde(default)]
    pub trace_state: String,
    /// `IsRemote`.
    #[serde(default)]
    pub remote: bool,
}

impl CallRecord {
    /// Whether its client gave it up because its time was up, and nobody saw it arrive: on a busy machine a handler may not
    /// have begun by then, and there is no such handler to judge.
    #[must_use]
    pub fn is_too_late(&self) -> bool {
        self.server.is_empty()
            && self.client.as_ref().is_some_and(|client| {
                let code = client.outcome.as_ref().map(|outcome| outcome.code);
                client.gave_up == Some(GaveUp::Deadline) || code == Some(Code::DEADLINE_EXCEEDED)
            })
    }
}

impl Transcript {
    /// Whether one of its calls [is too late](CallRecord::is_too_late).
    #[must_use]
    pub fn is_too_late(&self) -> bool {
        self.calls.values().any(CallRecord::is_too_late)
    }
}

impl JournaledContext {
    /// What names the span.
    #[must_use]
    pub fn name_ref(&self) -> SpanRef {
        SpanRef { trace_id: self.trace_id, span_id: self.span_id }
    }
}

/// The values of all entries with this key, in order.
pub fn values<'a>(entries: &'a [Entry], key: &'a str) -> impl Iterator<Item = &'a str> {
    entries.iter().filter(move |entry| entry.key == key).map(|entry| entry.value.as_str())
}
