//! Scenarios and plans: what to call, and what each end must do. Nothing here knows a target, a convention or a span.
//!
//! A scenario is a TOML file. Its matrix is expanded into *cases*; a case for one target and one convention, with ids
//! minted and addresses known, is a *plan*.
//!
//! ```
//! let text = r#"
//! why = "One paragraph: what dropping this scenario would stop measuring."
//! open = "Only where two runs may rightly differ: what races with what."
//! exclude = [{ shape = ["unary", "client-stream"], moment = "after-messages" }]
//!
//! ## Each axis is an array of labels, or a table from labels to values of any type. Cases are named by their labels.
//! [matrix]
//! shape = ["unary", "server-stream", "client-stream", "bidi"]
//! code = ["NOT_FOUND", "INTERNAL"]
//!
//! [matrix.moment]
//! before-headers = []
//! after-messages = ["send-headers", { send = 2 }]
//!
//! ## A part is a value with a name, and makes no cases.
//! [parts]
//! fails = { end = { code = "$code", message = "$moment of $shape" } }
//!
//! ## The driver's calls: `shape`, `metadata`, `context`, `deadline-ms`, `steps`, `server`, ... (see `Call`).
//! [[call]]
//! shape = "$shape"
//! server = ["receive", "$moment", "$fails"]
//! "#;
//! let scenario = grpc_trace_conformance::scenario::load("status/demo", "demo.toml", text)?;
//! assert_eq!(scenario.cases.len(), 12);
//! assert_eq!(scenario.cases[0].id(), "status/demo/unary/NOT_FOUND/before-headers");
//! # Ok::<(), grpc_trace_conformance::scenario::LoadError>(())
//! ```
//!
//! - `"$name"` alone is replaced by the value of the axis or part; in a list, a list is spliced. Inside a longer text it is
//!   the value's text, or the label where the value is no text or number. `$$` is a dollar.
//! - A step is its name, or a table from its name to its fields, or to its one field that matters: `"send"`,
//!   `{ send = 3 }`, `{ send = { count = 3, size = 10 } }`; `{ await = "begun" }`, `{ end = "NOT_FOUND" }`, `{ calls = [...] }`.
//! - A call with `repeat = 10` stands there ten times.
//! - What is left out is what [`Script::complete`] says.

mod check;
mod complete;
mod corpus;
mod expand;
mod load;
mod needs;
mod show;
mod size;
mod step;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use corpus::{SelectError, corpus, select};
pub use load::{LoadError, Scenario, load, load_dir, load_unchecked};
pub use needs::{Crossing, Need, needs};
pub use show::{show, show_case};
pub use size::smallest_first;
pub use step::{ClientStep, Compression, ServerStep, Shape, all_calls, all_steps, handlers_calls};
pub use write::write;

use crate::trace::{SpanId, TraceId};
use crate::transcript::Entry;

/// One case of a scenario: a script with its matrix filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The scenario's path: `status/server`.
    pub scenario: String,
    /// The labels of the matrix, in the order of its axes, joined by `/`; empty without a matrix.
    pub name: String,
    /// What the driver does.
    pub script: Script,
    /// Whether two runs may rightly differ: the scenario's `open`.
    pub open: bool,
}

impl Case {
    /// Scenario and name in one path, the form that globs and expectations match: `status/server/unary/NOT_FOUND`.
    #[must_use]
    pub fn id(&self) -> String {
        if self.name.is_empty() { self.scenario.clone() } else { format!("{}/{}", self.scenario, self.name) }
    }
}

/// What the driver does: calls, one after the other or all at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Script {
    /// The driver's calls.
    #[serde(rename = "call")]
    pub calls: Vec<Call>,
    /// All at once instead of one after the other.
    #[serde(default)]
    pub concurrent: bool,
}

/// One call, as a scenario writes it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Call {
    /// Names the call among its siblings; `on` steps and paths use it. The default is its ordinal.
    #[serde(default)]
    pub name: String,
    /// The call's shape.
    #[serde(default)]
    pub shape: Shape,
    /// `package.Service/Method`, where it is not the shape's own.
    #[serde(default)]
    pub method: Option<String>,
    /// Whom to call; by default the target for the driver, the peer for a handler.
    #[serde(default)]
    pub to: Option<Endpoint>,
    /// Sent in this order. In the driver's calls `{trace}` and `{span}` stand for the call's minted ids.
    #[serde(default)]
    pub metadata: Vec<(String, String)>,
    /// In whose context the call is made.
    #[serde(default)]
    pub context: Context,
    /// With `saved`: the name given to `save-context`.
    #[serde(default)]
    pub saved: Option<String>,
    /// Milliseconds from the call's beginning.
    #[serde(default)]
    pub deadline_ms: Option<u32>,
    /// The client's compression.
    #[serde(default)]
    pub compression: Compression,
    /// A client style that target.toml lists.
    #[serde(default)]
    pub style: Option<String>,
    /// What becomes of the metadata that the handler received.
    #[serde(default)]
    pub forwarding: Forwarding,
    /// More than 1: retries on UNAVAILABLE by service config.
    #[serde(default)]
    pub max_attempts: Option<u32>,
    /// The client's steps. Without any: one message, half-close, wait for the end.
    #[serde(default)]
    pub steps: Option<Vec<ClientStep>>,
    /// The server's steps. Without any: read all, answer with one message, end with OK.
    #[serde(default)]
    pub server: Option<Vec<ServerStep>>,
    /// Calls made from inside the callback that tells the call's completion.
    #[serde(default)]
    pub on_completion: Vec<Call>,
}

/// Whom a call is made to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// The target under test, over IPv4.
    Target,
    /// The target over IPv6.
    TargetV6,
    /// The target over its unix socket.
    TargetUnix,
    /// The target by a name that resolves to its address.
    TargetName,
    /// The same in the full form of [gRPC's names](https://github.com/grpc/grpc/blob/master/doc/naming.md): `dns:///name:port`.
    TargetDns,
    /// The harness's peer.
    Peer,
    /// An address at which nobody listens.
    Nobody,
}

impl Endpoint {
    /// Who answers there.
    #[must_use]
    pub fn party(self) -> Party {
        match self {
            Self::Target | Self::TargetV6 | Self::TargetUnix | Self::TargetName | Self::TargetDns => Party::Target,
            Self::Peer => Party::Harness,
            Self::Nobody => Party::Nobody,
        }
    }
}

/// Who is at an end of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// The driver or the peer: no spans.
    #[default]
    Harness,
    /// The target: its instrumentation owes a span.
    Target,
    /// Nobody: the connection is refused.
    Nobody,
}

/// In whose context a call is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// A handler: the context that is current where the step stands. The driver: a minted, sampled one.
    #[default]
    Current,
    /// None. The driver then sends no `traceparent` but what `metadata` says.
    None,
    /// A handler: one kept by `save-context`.
    Saved,
    /// The driver: a minted one whose sampled flag is not set.
    Unsampled,
}

/// What becomes of the metadata that a handler received, in a call it makes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forwarding {
    /// It stays behind.
    #[default]
    Fresh,
    /// It is copied into the call's.
    Forward,
    /// The metadata object of the handler's previous call is used again.
    Reuse,
}

/// A case made ready for one target and one convention. Every call has a name, steps and an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The target's name.
    pub target: String,
    /// The target's variant; empty for the main one.
    #[serde(default)]
    pub variant: String,
    /// The convention's id.
    pub convention: String,
    /// The scenario's path.
    pub scenario: String,
    /// The labels of the matrix.
    #[serde(default)]
    pub case: String,
    /// Put in front of every call id and signal, so that cases do not meet: `r7`.
    pub run: String,
    /// What the driver does.
    pub script: Script,
    /// The contexts that the driver sends with its calls, by the call's path.
    pub minted: BTreeMap<String, Minted>,
    /// The address behind each endpoint, in the form in which it is dialled.
    pub addresses: BTreeMap<Endpoint, String>,
}

/// Ids made for one call of the driver. Minted for calls without a context too: their metadata may use them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minted {
    /// The trace.
    pub trace_id: TraceId,
    /// The driver's span: it exists on the wire only.
    pub span_id: SpanId,
}

impl Plan {
    /// The case's id, as [`Case::id`].
    #[must_use]
    pub fn case_id(&self) -> String {
        if self.case.is_empty() { self.scenario.clone() } else { format!("{}/{}", self.scenario, self.case) }
    }

    /// A call's id on the wire and in journals.
    #[must_use]
    pub fn wire_id(&self, path: &str) -> String {
        format!("{}.{path}", self.run)
    }
}

/// Metadata as entries.
#[must_use]
pub fn entries(pairs: &[(String, String)]) -> Vec<Entry> {
    pairs.iter().map(|(key, value)| Entry { key: key.clone(), value: value.clone() }).collect()
}
