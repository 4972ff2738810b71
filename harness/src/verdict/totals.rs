//! What a run's cases come to, in numbers.

use serde::{Deserialize, Serialize};

use super::{Outcome, Verdict};

/// What a run's cases come to. `planned` is the sum of the six outcomes, `executed` that of the first four.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Totals {
    /// All cases that were selected, those of unavailable targets included.
    pub planned: u64,
    /// Cases that were run to their end and judged.
    pub executed: u64,
    /// Cases.
    pub pass: u64,
    /// Cases.
    pub fail: u64,
    /// Cases.
    pub expected_failure: u64,
    /// Cases.
    pub unexpected_pass: u64,
    /// Cases.
    pub not_applicable: u64,
    /// Cases, those of unavailable targets included.
    pub could_not_run: u64,
    /// Violated MUSTs and SHOULDs, expected or not.
    pub findings: u64,
    /// Violated SHOULDs that fail no case.
    pub warnings: u64,
    /// Spans that arrived.
    pub spans: u64,
    /// Runs of a target, by one convention each.
    pub runs: u64,
    /// Of these, those whose target lacks something on this machine.
    pub unavailable: u64,
    /// Errors of targets as programs. Cases that could not run are counted apart.
    pub target_errors: u64,
    /// Things that a person wrote and that mean nothing.
    pub usage_errors: u64,
}

impl Totals {
    /// Counts a case.
    pub fn add(&mut self, verdict: &Verdict) {
        self.planned += 1;
        self.executed += u64::from(verdict.outcome.is_executed());
        *self.of_mut(verdict.outcome) += 1;
        let warnings = verdict.findings.iter().filter(|judged| !judged.counts).count();
        self.findings += verdict.findings.len() as u64;
        self.warnings += warnings as u64;
    }

    /// How many cases came to this.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Pass => self.pass,
            Outcome::Fail => self.fail,
            Outcome::ExpectedFailure => self.expected_failure,
            Outcome::UnexpectedPass => self.unexpected_pass,
            Outcome::NotApplicable => self.not_applicable,
            Outcome::CouldNotRun => self.could_not_run,
        }
    }

    fn of_mut(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Pass => &mut self.pass,
            Outcome::Fail => &mut self.fail,
            Outcome::ExpectedFailure => &mut self.expected_failure,
            Outcome::UnexpectedPass => &mut self.unexpected_pass,
            Outcome::NotApplicable => &mut self.not_applicable,
            Outcome::CouldNotRun => &mut self.could_not_run,
        }
    }
}
