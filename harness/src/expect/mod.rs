//! Expectations: which findings of a target are known, and why.
//!
//! `expect.toml`, beside the target's manifest:
//!
//! ```toml
//! [[expect]]
//! rule = "status_not_from_trailers"
//! scenario = "status/server/*/*/NOT_FOUND"   # `*`: one whole component, `**`: any number; or a list of patterns
//! except = ["status/server/unary/**"]        # the same; optional
//! convention = "rpc-1.39"                    # the same; by default all
//! variant = "v0.60"                          # the same; by default all, the main one, whose name is `main`, included
//! reason = "the interceptor never sees the trailers"
//! upstream = "https://github.com/…/issues/1" # or `unreported = true`
//! flaky = "depends on which of two threads is first"   # optional
//! ```
//!
//! An entry *covers* a case if its variant, its convention and a pattern of `scenario` match, and none of `except`. It makes two statements about every case that it covers: there is
//! a finding by the rule, and that is known. Hence:
//!
//! - a finding by the rule of an entry that covers the case is *expected*;
//! - a case that an entry covers, that was executed, and that has no finding by the entry's rule is an *unexpected pass*
//!   (or, if it has unexpected findings, a failure): a wildcard is a claim about every case that it covers;
//! - except that a `flaky` entry claims only that there may be a finding: nothing is ever tried again, and the case is an
//!   *expected failure* whether there was one this time or not, so that its outcome does not change from run to run;
//! - an entry, or a pattern of one, that covers no case that the target could ever run, and two entries of one rule that cover the same case, are
//!   usage errors. Both are looked for among all scenarios, conventions and variants, whatever was selected, and depend on
//!   nothing that was measured;
//! - a case that was not executed (not selected, not applicable, could not run) makes no entry stale.
//!
//! Entries are about findings, not about outcomes: one that covers a violated SHOULD is as true with `--strict` as without.

mod bless;
mod file;
mod generalise;
mod page;

pub use bless::{Observed, bless};
pub use file::{Entry, Expectations, FILE};
pub use page::page;

use crate::rules::Finding;
use crate::usage::UsageError;

/// What expectations are about: one case of one variant by one convention.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The variant's name: empty for the main one.
    pub variant: String,
    /// The convention's id.
    pub convention: String,
    /// The case's id.
    pub case: String,
}

/// A case's findings with what was expected of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlaid<'a> {
    /// Each finding, with the entry that covers it.
    pub findings: Vec<(Finding, Option<&'a Entry>)>,
    /// The entries that cover the case and found nothing in it.
    pub missed: Vec<&'a Entry>,
    /// Why what is found in the case may differ from run to run, if an entry says so.
    pub flaky: Option<&'a str>,
}

impl Expectations {
    /// Lays the expectations over the findings of an executed case.
    #[must_use]
    pub fn overlay(&self, subject: &Subject, findings: Vec<Finding>) -> Overlaid<'_> {
        let covering: Vec<_> = self.entries.iter().filter(|entry| entry.covers(subject)).collect();
        let is_missed = |entry: &&Entry| {
            let found = findings.iter().any(|finding| finding.rule == entry.rule);
            !found && entry.flaky.is_none()
        };
        let missed = covering.iter().copied().filter(is_missed).collect();
        let cover = |finding: Finding| {
            let entry = covering.iter().copied().find(|entry| entry.rule == finding.rule);
            (finding, entry)
        };
        let flaky = covering.iter().find_map(|entry| entry.flaky.as_deref());
        Overlaid { findings: findings.into_iter().map(cover).collect(), missed, flaky }
    }

    /// What is wrong with the entries, whatever a run finds: those that cover nothing, and those that overlap.
    ///
    /// `subjects` are all cases that the target can run, selected or not.
    #[must_use]
    pub fn check(&self, subjects: &[Subject]) -> Vec<UsageError> {
        let mut errors = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let covered: Vec<_> = subjects.iter().filter(|subject| entry.covers(subject)).collect();
            if covered.is_empty() {
                let help = "compare it with `conformance run --list`, or remove it";
                errors.push(self.error(entry, format!("covers no case that this target can run: {help}")));
            }
            for pattern in entry.scenario.0.iter().chain(&entry.except.0) {
                if !covered.is_empty() && !subjects.iter().any(|subject| pattern.matches(&subject.case)) {
                    errors
                        .push(self.error(entry, format!("`{pattern}` is no case that this target can run: remove it")));
                }
            }
            let same_rule = self.entries[..index].iter().filter(|other| other.rule == entry.rule);
            for other in same_rule {
                if let Some(both) = covered.iter().find(|subject| other.covers(subject)) {
                    let problem = format!("covers `{}`, as line {} does: narrow one of the two", both.case, other.line);
                    errors.push(self.error(entry, problem));
                }
            }
        }
        errors
    }

    fn error(&self, entry: &Entry, problem: String) -> UsageError {
        UsageError { file: Some(self.file.clone()), line: Some(entry.line), problem }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::convention::Level;

    fn read(entries: &[&str]) -> Expectations {
        let text: String = entries.iter().map(|entry| format!("[[expect]]\nreason = \"r\"\n{entry}\n")).collect();
        Expectations::parse(Path::new("t/expect.toml"), &text, &["a", "b"]).unwrap()
    }

    fn subject(case: &str) -> Subject {
        Subject { variant: String::new(), convention: "rpc-1.39".into(), case: case.into() }
    }

    fn finding(rule: &str) -> Finding {
        Finding {
            rule: rule.into(),
            level: Level::Must,
            place: crate::rules::Place::default(),
            message: "m".into(),
            url: "u".into(),
            clause: "c".into(),
        }
    }

    /// Which findings are expected, and how many entries found nothing.
    #[track_caller]
    fn check(entries: &[&str], case: &str, found: &[&str], expected: &[bool], missed: usize) {
        let expectations = read(entries);
        let overlaid = expectations.overlay(&subject(case), found.iter().map(|rule| finding(rule)).collect());
        let covered: Vec<_> = overlaid.findings.iter().map(|(_, entry)| entry.is_some()).collect();
        assert_eq!((covered.as_slice(), overlaid.missed.len()), (expected, missed), "{entries:?} {case} {found:?}");
    }

    #[test]
    fn an_entry_expects_the_findings_of_its_rule_in_the_cases_it_covers_and_no_others() {
        let entry = "rule = \"a\"\nscenario = \"s/*\"";
        check(&[entry], "s/1", &["a"], &[true], 0);
        check(&[entry], "s/1", &["a", "a"], &[true, true], 0);
        check(&[entry], "s/1", &["a", "b"], &[true, false], 0);
        check(&[entry], "s/1", &["b"], &[false], 1);
        check(&[entry], "s/1", &[], &[], 1);
        check(&[entry], "s", &["a"], &[false], 0);
        check(&[entry], "s/1/2", &["a"], &[false], 0);
        check(&[], "s/1", &["a"], &[false], 0);
    }

    #[test]
    fn an_entry_may_have_several_patterns_and_exceptions() {
        let entry = "rule = \"a\"\nscenario = [\"s/**\", \"t\"]\nexcept = \"s/1\"";
        check(&[entry], "s/2", &["a"], &[true], 0);
        check(&[entry], "t", &[], &[], 1);
        check(&[entry], "s/1", &["a"], &[false], 0);
        check(&[entry], "s/1", &[], &[], 0);
    }

    #[test]
    fn an_entry_is_about_the_convention_and_the_variant_it_names() {
        let scenario = "rule = \"a\"\nscenario = \"s\"";
        check(&[&format!("{scenario}\nconvention = \"rpc-1.39\"")], "s", &["a"], &[true], 0);
        check(&[&format!("{scenario}\nconvention = \"rpc-1.38\"")], "s", &["a"], &[false], 0);
        check(&[&format!("{scenario}\nvariant = \"main\"")], "s", &["a"], &[true], 0);
        check(&[&format!("{scenario}\nvariant = \"old\"")], "s", &[], &[], 0);
        check(&[&format!("{scenario}\nvariant = \"*\"")], "s", &["a"], &[true], 0);
    }

    #[test]
    fn a_flaky_entry_may_or_may_not_find_something() {
        let entry = "rule = \"a\"\nscenario = \"s\"\nflaky = \"a race\"";
        check(&[entry], "s", &["a"], &[true], 0);
        check(&[entry], "s", &[], &[], 0);
        check(&[entry], "s", &["b"], &[false], 0);
    }

    #[track_caller]
    fn check_errors(entries: &[&str], says: &[&str]) {
        let subjects = [subject("s/1"), subject("s/2"), subject("t")];
        let errors: Vec<_> = read(entries).check(&subjects).iter().map(ToString::to_string).collect();
        assert_eq!(errors.len(), says.len(), "{errors:?}");
        errors.iter().zip(says).for_each(|(error, says)| assert!(error.contains(says), "{error}"));
    }

    #[test]
    fn an_entry_that_covers_nothing_or_what_another_covers_is_an_error() {
        let all = "rule = \"a\"\nscenario = \"s/*\"";
        check_errors(&[all], &[]);
        check_errors(&[all, "rule = \"a\"\nscenario = \"t\""], &[]);
        check_errors(&[all, "rule = \"b\"\nscenario = \"s/*\""], &[]);
        check_errors(&[all, "rule = \"a\"\nscenario = \"s/2\""], &["t/expect.toml:5: covers `s/2`, as line 1 does"]);
        check_errors(&["rule = \"a\"\nscenario = \"u\""], &["t/expect.toml:1: covers no case"]);
        check_errors(&["rule = \"a\"\nscenario = [\"t\", \"u\"]"], &["t/expect.toml:1: `u` is no case"]);
        check_errors(&["rule = \"a\"\nscenario = \"**\"\nexcept = \"u/*\""], &["t/expect.toml:1: `u/*` is no case"]);
        let other = "rule = \"a\"\nscenario = \"s/1\"\nvariant = \"old\"";
        check_errors(&[all, other], &["t/expect.toml:5: covers no case"]);
    }
}
