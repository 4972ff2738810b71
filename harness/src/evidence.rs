//! Everything that a judgement needs, in one value that can be saved and judged again without a target.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::convention::Convention;
use crate::scenario::Plan;
use crate::trace::{SpanId, Trace, TraceId};
use crate::transcript::Transcript;

/// The evidence of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Evidence {
    /// The version of this form; see [`VERSION`].
    pub version: u32,
    /// What was to happen.
    pub plan: Plan,
    /// What happened.
    pub transcript: Transcript,
    /// What the target says happened.
    pub trace: Trace,
    /// How the capture ended.
    pub capture: Capture,
    /// What the target claims to follow: one value for all cases of a run.
    pub convention: Arc<Convention>,
    /// What happened in the same case with the target's instrumentation off. Absent if that was not played, or if two runs
    /// may rightly differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Arc<Transcript>>,
}

/// The version of the evidence form that this code writes and reads.
pub const VERSION: u32 = 1;

/// How the capture of a case ended. A rule that claims an absence needs to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Capture {
    /// The target said that it exported all ended spans, or a quiet window has passed: what is absent now is absent.
    pub complete: bool,
    /// Whether the target keeps a ledger.
    pub ledger: bool,
    /// The spans of this case that the ledger says were started and never ended.
    #[serde(default)]
    pub open: Vec<Open>,
}

/// A span that was started and never ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Open {
    /// The trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// The name it had.
    pub name: String,
}
