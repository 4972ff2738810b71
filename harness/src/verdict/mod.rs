//! What a case's findings come to, and what a run's cases come to.

mod exit;
mod totals;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use exit::{Circumstances, Exit};
pub use totals::Totals;

use crate::convention::Level;
use crate::evidence::Evidence;
use crate::expect::{Expectations, Subject};
use crate::rules::Finding;

/// The scenario under which the spans of nobody are judged: planned for each run of a target, and green when there are none.
pub const STRANGERS: &str = "strangers";

/// Which case, of which target's run.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CaseName {
    /// The target's name.
    pub target: String,
    /// The variant's name; empty for the main one.
    pub variant: String,
    /// The convention's id.
    pub convention: String,
    /// The scenario's path.
    pub scenario: String,
    /// The labels of the matrix; empty without one.
    pub case: String,
}

/// What a case came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing was found that counts.
    Pass,
    /// Something was found that counts, and that nobody expected.
    Fail,
    /// Everything that was found and counts was expected, and something was, or may be in another run.
    ExpectedFailure,
    /// Something that was expected was not found, and nothing unexpected was.
    UnexpectedPass,
    /// The target lacks what the case needs.
    NotApplicable,
    /// The case was not executed to its end, so that nothing can be said.
    CouldNotRun,
}

/// A case, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which.
    pub name: CaseName,
    /// What it came to.
    pub outcome: Outcome,
    /// Why it is not applicable or could not run.
    pub why: Option<String>,
    /// What was found.
    pub findings: Vec<Judged>,
    /// What was expected and not found.
    pub missed: Vec<Missed>,
    /// Why what is found in this case may differ from run to run: an expectation says so, or the machine was too busy.
    pub flaky: Option<String>,
}

/// A finding and what it means for its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// Why it is known, if it is expected.
    pub expected: Option<Known>,
    /// Whether it fails its case if nobody expects it: a MUST does, a SHOULD does where the run or the target is strict.
    pub counts: bool,
}

/// Why a finding is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The entry's reason.
    pub reason: String,
    /// The entry's link.
    pub upstream: Option<String>,
}

/// An expectation that found nothing in a case that it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The rule by which nothing was found.
    pub rule: String,
    /// The file and line of the entry.
    pub entry: String,
    /// The entry's reason.
    pub reason: String,
}

impl CaseName {
    /// Of a case of a run of a target.
    #[must_use]
    pub fn of(evidence: &Evidence) -> Self {
        let plan = &evidence.plan;
        Self {
            target: plan.target.clone(),
            variant: plan.variant.clone(),
            convention: plan.convention.clone(),
            scenario: plan.scenario.clone(),
            case: plan.case.clone(),
        }
    }

    /// Scenario and labels in one path.
    #[must_use]
    pub fn id(&self) -> String {
        if self.case.is_empty() { self.scenario.clone() } else { format!("{}/{}", self.scenario, self.case) }
    }

    /// `name`, or `name@variant`.
    #[must_use]
    pub fn target_and_variant(&self) -> String {
        target_and_variant(&self.target, &self.variant)
    }

    /// As expectations see it.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject { variant: self.variant.clone(), convention: self.convention.clone(), case: self.id() }
    }
}

/// `name`, or `name@variant`.
#[must_use]
pub fn target_and_variant(target: &str, variant: &str) -> String {
    if variant.is_empty() { target.to_owned() } else { format!("{target}@{variant}") }
}

impl fmt::Display for CaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.target_and_variant(), self.convention, self.id())
    }
}

impl Outcome {
    /// Every outcome, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Fail, Self::ExpectedFailure, Self::UnexpectedPass, Self::NotApplicable, Self::CouldNotRun];

    /// As in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::ExpectedFailure => "expected-failure",
            Self::UnexpectedPass => "unexpected-pass",
            Self::NotApplicable => "not-applicable",
            Self::CouldNotRun => "could-not-run",
        }
    }

    /// Whether the case was run to its end and judged.
    #[must_use]
    pub fn is_executed(self) -> bool {
        match self {
            Self::Pass | Self::Fail | Self::ExpectedFailure | Self::UnexpectedPass => true,
            Self::NotApplicable | Self::CouldNotRun => false,
        }
    }

    /// Whether a person has to do something about it.
    #[must_use]
    pub fn is_red(self) -> bool {
        match self {
            Self::Fail | Self::UnexpectedPass | Self::CouldNotRun => true,
            Self::Pass | Self::ExpectedFailure | Self::NotApplicable => false,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Verdict {
    /// Lays a target's expectations over the findings of an executed case. Where `strict`, a violated SHOULD fails.
    #[must_use]
    pub fn of(name: CaseName, findings: Vec<Finding>, expectations: &Expectations, strict: bool) -> Self {
        let overlaid = expectations.overlay(&name.subject(), findings);
        let judged = |(finding, entry): (Finding, Option<&crate::expect::Entry>)| Judged {
            counts: strict || finding.level == Level::Must,
            expected: entry.map(|entry| Known { reason: entry.reason.clone(), upstream: entry.upstream.clone() }),
            finding,
        };
        let findings: Vec<_> = overlaid.findings.into_iter().map(judged).collect();
        let missed = |entry: &crate::expect::Entry| Missed {
            rule: entry.rule.clone(),
            entry: format!("{}:{}", expectations.file.display(), entry.line),
            reason: entry.reason.clone(),
        };
        let missed: Vec<_> = overlaid.missed.into_iter().map(missed).collect();
        let flaky = overlaid.flaky.map(str::to_owned);
        Self { name, outcome: Outcome::Pass, why: None, findings, missed, flaky }.concluded()
    }

    /// The verdict where nothing follows from what some rules did not find: those of what was not compared, or all, on the
    /// strangers of a run of some cases only, others of which may be what leaves strangers.
    #[must_use]
    pub fn without_missed(mut self, by: impl Fn(&str) -> bool) -> Self {
        self.missed.retain(|missed| !by(&missed.rule));
        self.concluded()
    }

    /// The verdict of a case in which something never was of which findings are expected, by no fault of the target's: it is
    /// what it is whenever the thing is there.
    #[must_use]
    pub fn without_missed_because(mut self, why: &str) -> Self {
        if !self.missed.is_empty() {
            self.missed.clear();
            self.flaky.get_or_insert_with(|| why.to_owned());
        }
        self.concluded()
    }

    fn concluded(mut self) -> Self {
        let counting = || self.findings.iter().filter(|judged| judged.counts);
        self.outcome = if counting().any(|judged| judged.expected.is_none()) {
            Outcome::Fail
        } else if !self.missed.is_empty() {
            Outcome::UnexpectedPass
        } else if self.flaky.is_some() || counting().next().is_some() {
            Outcome::ExpectedFailure
        } else {
            Outcome::Pass
        };
        self
    }

    /// Of a case that the target cannot be asked to run.
    #[must_use]
    pub fn not_applicable(name: CaseName, why: impl Into<String>) -> Self {
        let (outcome, why) = (Outcome::NotApplicable, Some(why.into()));
        Self { name, outcome, why, findings: Vec::new(), missed: Vec::new(), flaky: None }
    }

    /// Of a case that was not executed to its end.
    #[must_use]
    pub fn could_not_run(name: CaseName, why: impl Into<String>) -> Self {
        Self { outcome: Outcome::CouldNotRun, ..Self::not_applicable(name, why) }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::rules::Place;

    fn finding(rule: &str, level: Level) -> Finding {
        let place = Place::default();
        Finding { rule: rule.into(), level, place, message: "m".into(), url: "u".into(), clause: "c".into() }
    }

    #[track_caller]
    fn check(expected: &[&str], found: &[(&str, Level)], strict: bool, outcome: Outcome) {
        let entry = |rule: &&str| format!("[[expect]]\nrule = \"{rule}\"\nscenario = \"s\"\nreason = \"r\"\n");
        let text: String = expected.iter().map(entry).collect();
        let expectations = Expectations::parse(Path::new("t"), &text, &["a", "b"]).unwrap();
        let name = CaseName { scenario: "s".into(), ..CaseName::default() };
        let findings = found.iter().map(|(rule, level)| finding(rule, *level)).collect();
        let verdict = Verdict::of(name, findings, &expectations, strict);
        assert_eq!(verdict.outcome, outcome, "{expected:?} {found:?} strict: {strict}");
    }

    #[test]
    fn an_outcome_follows_from_findings_expectations_and_strictness() {
        use Level::{Must, Should};
        for strict in [false, true] {
            check(&[], &[], strict, Outcome::Pass);
            check(&[], &[("a", Must)], strict, Outcome::Fail);
            check(&["a"], &[("a", Must)], strict, Outcome::ExpectedFailure);
            check(&["a"], &[("a", Must), ("b", Must)], strict, Outcome::Fail);
            check(&["a"], &[], strict, Outcome::UnexpectedPass);
            check(&["a"], &[("b", Must)], strict, Outcome::Fail);
            check(&["a", "b"], &[("a", Must)], strict, Outcome::UnexpectedPass);
        }
        check(&[], &[("a", Should)], false, Outcome::Pass);
        check(&[], &[("a", Should)], true, Outcome::Fail);
        check(&["a"], &[("a", Should)], false, Outcome::Pass);
        check(&["a"], &[("a", Should)], true, Outcome::ExpectedFailure);
        check(&["a"], &[("a", Must), ("b", Should)], false, Outcome::ExpectedFailure);
        check(&["a"], &[("a", Must), ("b", Should)], true, Outcome::Fail);
    }

    #[test]
    fn a_flaky_entry_gives_its_case_one_outcome_whatever_was_found_this_time() {
        let text = "[[expect]]\nrule = \"a\"\nscenario = \"s\"\nreason = \"r\"\nflaky = \"a race\"\n";
        let expectations = Expectations::parse(Path::new("t"), text, &["a", "b"]).unwrap();
        let name = CaseName { scenario: "s".into(), ..CaseName::default() };
        for (found, outcome) in [
            (&[][..], Outcome::ExpectedFailure),
            (&[("a", Level::Must)], Outcome::ExpectedFailure),
            (&[("a", Level::Should)], Outcome::ExpectedFailure),
            (&[("b", Level::Must)], Outcome::Fail),
        ] {
            let findings = found.iter().map(|(rule, level)| finding(rule, *level)).collect();
            assert_eq!(Verdict::of(name.clone(), findings, &expectations, false).outcome, outcome, "{found:?}");
        }
    }

    #[test]
    fn a_machine_too_busy_for_a_case_makes_no_expectation_stale_and_hides_no_finding() {
        let expectations =
            Expectations::parse(Path::new("t"), "[[expect]]\nrule = \"a\"\nscenario = \"s\"\nreason = \"r\"\n", &["a"])
                .unwrap();
        let name = CaseName { scenario: "s".into(), ..CaseName::default() };
        for (found, outcome) in [
            (&[][..], Outcome::ExpectedFailure),
            (&[("a", Level::Must)], Outcome::ExpectedFailure),
            (&[("b", Level::Must)], Outcome::Fail),
        ] {
            let findings = found.iter().map(|(rule, level)| finding(rule, *level)).collect();
            let verdict = Verdict::of(name.clone(), findings, &expectations, false).without_missed_because("too late");
            assert_eq!((verdict.outcome, verdict.missed), (outcome, Vec::new()), "{found:?}");
        }
        // Of what nobody expects anything, it is silent.
        let verdict = Verdict::of(name, Vec::new(), &Expectations::default(), false).without_missed_because("too late");
        assert_eq!((verdict.outcome, verdict.flaky), (Outcome::Pass, None));
    }

    #[test]
    fn what_was_not_executed_makes_no_expectation_stale() {
        let verdict = Verdict::not_applicable(CaseName::default(), "no such style");
        assert!(verdict.missed.is_empty() && !verdict.outcome.is_executed() && !verdict.outcome.is_red());
        assert!(Verdict::could_not_run(CaseName::default(), "it died").outcome.is_red());
    }
}
