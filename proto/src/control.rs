//! The lines of control: one JSON object each way over a target's standard input and output.

use serde::{Deserialize, Serialize};

use crate::v1::Journal;

/// The version of the contract, as the ready line states it.
pub const PROTOCOL: u32 = 1;

/// The first line that a target prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The version of the contract that the target speaks; see [`PROTOCOL`].
    pub protocol: u32,
    /// Where it listens, IPv4 first: `127.0.0.1:port`, `[::1]:port`, `unix:/path`.
    pub addresses: Vec<String>,
}

/// A request line, harness to target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Copied into the reply.
    pub id: u64,
    /// What is asked.
    #[serde(flatten)]
    pub command: Command,
}

/// What a request line asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The journal entries of these calls.
    Journal(JournalRequest),
    /// Reply once the signal is raised.
    Await(AwaitSignal),
    /// Raise the signal.
    Raise(SignalName),
    /// Export every span that has ended, then reply.
    Flush(Empty),
    /// Which spans were started and ended.
    Ledger(Empty),
}

/// Which entries, and how long to wait for them to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRequest {
    /// Call ids.
    pub calls: Vec<String>,
    /// Milliseconds.
    #[serde(default)]
    pub wait_ms: u64,
}

/// Which signal, and how long to wait for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitSignal {
    /// The signal's name.
    pub signal: String,
    /// Milliseconds.
    #[serde(default)]
    pub wait_ms: u64,
}

/// Which signal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalName {
    /// The signal's name.
    pub signal: String,
}

/// No arguments, or no result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// A reply line, target to harness. Exactly one field beside `id` is present.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// That of the request.
    pub id: u64,
    /// What `journal` found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<Vec<Journal>>,
    /// `await` is over.
    #[serde(default, rename = "await", skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Empty>,
    /// `raise` is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raise: Option<Empty>,
    /// `flush` is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flush: Option<Empty>,
    /// What `ledger` counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Ledger>,
    /// Why it could not be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The sampled spans that a target's provider has started and ended since it began.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// How many were started.
    pub started: u64,
    /// How many were ended.
    pub ended: u64,
    /// Those that were started and not ended.
    #[serde(default)]
    pub open: Vec<OpenSpan>,
}

/// A span that was started and not ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OpenSpan {
    /// 32 lowercase hexadecimal digits.
    pub trace_id: String,
    /// 16 lowercase hexadecimal digits.
    pub span_id: String,
    /// As given at its start or last.
    pub name: String,
}
