//! JSON lines: one object for each case, and one with the totals at the end.
//!
//! ```json
//! {"target":"go/otelgrpc","variant":"","convention":"rpc-1.39","scenario":"status/server","case":"unary/NOT_FOUND",
//!  "outcome":"fail","findings":[{"rule":"status_wrong","level":"must","expected":false,
//!  "span":{"trace_id":"…","span_id":"…","name":"…"},"message":"…"}]}
//! {"version":1,"totals":{"planned":1,"executed":1,"pass":0,"fail":1,"expected-failure":0,…},"exit":1,"errors":[]}
//! ```
//!
//! - A case's object may also have `why` (not-applicable, could-not-run) and `missed` (expectations that found nothing).
//! - `span` is absent for a finding that is about no span; there may be `call` and `side`.
//! - `errors` are those of targets (`kind` = `target`, with `target`, `variant` and `convention`), of what a person wrote
//!   (`usage`), and targets that are `unavailable`.
//! - The lines of cases come in no particular order. `version` is raised whenever a consumer could break.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::{Event, Reporter, RunName};
use crate::convention::{Level, Side};
use crate::verdict::{CaseName, Judged, Outcome, Totals, Verdict};

/// The version of this form.
pub const VERSION: u32 = 1;

/// A line for a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLine {
    /// Which case: `target`, `variant`, `convention`, `scenario`, `case`.
    #[serde(flatten)]
    pub name: CaseName,
    /// What it came to.
    pub outcome: Outcome,
    /// Why it was not executed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What was found.
    pub findings: Vec<FindingLine>,
    /// The rules by which something was expected and not found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<String>,
    /// Why what is found in this case may differ from run to run: an expectation says so, or the machine was too busy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaky: Option<String>,
}

/// A finding in a case's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingLine {
    /// The rule's id.
    pub rule: String,
    /// How strongly the clause asks.
    pub level: Level,
    /// Whether expect.toml covers it.
    pub expected: bool,
    /// The path of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The end of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// The span that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<SpanLine>,
    /// What is wrong.
    pub message: String,
}

/// A span that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanLine {
    /// 32 lowercase hexadecimal digits.
    pub trace_id: String,
    /// 16 lowercase hexadecimal digits.
    pub span_id: String,
    /// Its name.
    pub name: String,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalsLine {
    /// See [`VERSION`].
    pub version: u32,
    /// In numbers.
    pub totals: Totals,
    /// The exit code.
    pub exit: u8,
    /// Everything that is no statement about a case.
    pub errors: Vec<ErrorLine>,
}

/// Something that is no statement about a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ErrorLine {
    /// A target did something wrong as a program.
    Target {
        /// The target's name.
        target: String,
        /// The variant's name.
        variant: String,
        /// The convention's id.
        convention: String,
        /// What it did.
        message: String,
    },
    /// The machine lacks what a target needs.
    Unavailable {
        /// The target's name.
        target: String,
        /// The variant's name.
        variant: String,
        /// The convention's id.
        convention: String,
        /// Executables.
        missing: Vec<String>,
    },
    /// What a person wrote means nothing.
    Usage {
        /// With file and line.
        message: String,
    },
}

/// Writes JSON lines.
#[derive(Debug)]
pub struct Jsonl<W> {
    out: W,
    errors: Vec<ErrorLine>,
}

impl<W: Write> Jsonl<W> {
    /// Writes to this.
    pub fn new(out: W) -> Self {
        Self { out, errors: Vec::new() }
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        // As one piece: a reader of a pipe never sees half a line that is then not ended.
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

impl<W: Write> Reporter for Jsonl<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Judged { verdict, .. } => self.line(&CaseLine::of(verdict)),
            Event::TargetFailed { run, error } => {
                let RunName { target, variant, convention } = run.clone();
                self.errors.push(ErrorLine::Target { target, variant, convention, message: error.failure.to_string() });
                Ok(())
            }
            Event::Unavailable { run, missing } => {
                let RunName { target, variant, convention } = run.clone();
                self.errors.push(ErrorLine::Unavailable { target, variant, convention, missing: missing.clone() });
                Ok(())
            }
            Event::Usage(error) => {
                self.errors.push(ErrorLine::Usage { message: error.to_string() });
                Ok(())
            }
            Event::Ended { totals, exit } => {
                let errors = std::mem::take(&mut self.errors);
                self.line(&TotalsLine { version: VERSION, totals: *totals, exit: exit.code(), errors })
            }
            Event::Began { .. } | Event::Building(_) | Event::Started(_) | Event::Finished { .. } => Ok(()),
        }
    }
}

impl CaseLine {
    /// A verdict as a line.
    #[must_use]
    pub fn of(verdict: &Verdict) -> Self {
        Self {
            name: verdict.name.clone(),
            outcome: verdict.outcome,
            why: verdict.why.clone(),
            findings: verdict.findings.iter().map(FindingLine::of).collect(),
            missed: verdict.missed.iter().map(|missed| missed.rule.clone()).collect(),
            flaky: verdict.flaky.clone(),
        }
    }
}

impl FindingLine {
    fn of(judged: &Judged) -> Self {
        let finding = &judged.finding;
        let span = finding.place.span.map(|(trace_id, span_id)| SpanLine {
            trace_id: trace_id.to_string(),
            span_id: span_id.to_string(),
            name: finding.place.name.clone().unwrap_or_default(),
        });
        Self {
            rule: finding.rule.clone(),
            level: finding.level,
            expected: judged.expected.is_some(),
            call: finding.place.call.clone(),
            side: finding.place.side,
            span,
            message: finding.message.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Finding, Place};
    use crate::trace::{SpanId, TraceId};
    use crate::verdict::{Exit, Known};

    fn verdict() -> Verdict {
        let place = Place {
            call: Some("0".into()),
            side: Some(Side::Server),
            name: Some("a/B".into()),
            key: Some("rpc.system".into()),
            span: Some((TraceId([1; 16]), SpanId([2; 8]))),
        };
        let finding = Finding {
            rule: "attribute_missing".into(),
            level: Level::Must,
            place,
            message: "it is not there".into(),
            url: "https://x".into(),
            clause: "MUST".into(),
        };
        let known = Known { reason: "r".into(), upstream: None };
        let name = CaseName {
            target: "go/x".into(),
            variant: String::new(),
            convention: "rpc-1.39".into(),
            scenario: "status/server".into(),
            case: "unary/OK".into(),
        };
        let findings = vec![Judged { finding, expected: Some(known), counts: true }];
        Verdict { name, outcome: Outcome::ExpectedFailure, why: None, findings, missed: Vec::new(), flaky: None }
    }

    fn written(events: &[Event]) -> Vec<String> {
        let mut jsonl = Jsonl::new(Vec::new());
        events.iter().for_each(|event| jsonl.event(event).unwrap());
        String::from_utf8(jsonl.out).unwrap().lines().map(String::from).collect()
    }

    #[test]
    fn a_case_is_one_object_with_these_fields() {
        let lines = written(&[Event::Judged { verdict: Box::new(verdict()), evidence: None }]);
        let (trace, span) = ("01".repeat(16), "02".repeat(8));
        let wanted = format!(
            r#"{{"target":"go/x","variant":"","convention":"rpc-1.39","scenario":"status/server","case":"unary/OK","outcome":"expected-failure","findings":[{{"rule":"attribute_missing","level":"must","expected":true,"call":"0","side":"server","span":{{"trace_id":"{trace}","span_id":"{span}","name":"a/B"}},"message":"it is not there"}}]}}"#
        );
        assert_eq!(lines, [wanted]);
        assert_eq!(serde_json::from_str::<CaseLine>(&lines[0]).unwrap(), CaseLine::of(&verdict()));
    }

    #[test]
    fn the_last_object_holds_the_totals_and_every_error() {
        let mut totals = Totals::default();
        totals.add(&verdict());
        let usage = Event::Usage(crate::usage::UsageError::new("no such thing"));
        let ended = Event::Ended { totals, exit: Exit::Usage };
        let lines = written(&[usage, ended]);
        let wanted = concat!(
            r#"{"version":1,"totals":{"planned":1,"executed":1,"pass":0,"fail":0,"expected-failure":1,"unexpected-pass":0,"#,
            r#""not-applicable":0,"could-not-run":0,"findings":1,"warnings":0,"spans":0,"runs":0,"unavailable":0,"#,
            r#""target-errors":0,"usage-errors":0},"exit":2,"errors":[{"kind":"usage","message":"no such thing"}]}"#
        );
        assert_eq!(lines, [wanted]);
    }
}
