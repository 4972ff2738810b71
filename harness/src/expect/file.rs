//! `expect.toml`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::Subject;
use crate::pattern::Patterns;
use crate::rules::RULES;
use crate::usage::UsageError;

/// The name of the file.
pub const FILE: &str = "expect.toml";

/// What is written where a person still has to say why.
pub(super) const TO_DO: &str = "TODO";

/// How patterns name the main variant, whose name is empty.
const MAIN: &str = "main";

/// The expectations of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectations {
    /// Where they stand.
    pub file: PathBuf,
    /// In the order of the file.
    pub entries: Vec<Entry>,
}

/// One known departure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The rule's id.
    pub rule: String,
    /// Which cases.
    pub scenario: Patterns,
    /// Which of them not.
    pub except: Patterns,
    /// By which conventions; absent: all.
    pub convention: Option<Patterns>,
    /// Of which variants; absent: all.
    pub variant: Option<Patterns>,
    /// Why it is so.
    pub reason: String,
    /// Where it was reported.
    pub upstream: Option<String>,
    /// Nobody reported it.
    pub unreported: bool,
    /// Why there is a finding at some times only.
    pub flaky: Option<String>,
    /// The line of its `[[expect]]`.
    pub line: usize,
}

/// A variant's name as patterns have it.
pub(super) fn variant_name(variant: &str) -> &str {
    if variant.is_empty() { MAIN } else { variant }
}

impl Entry {
    /// Whether the entry makes a statement about this case.
    #[must_use]
    pub fn covers(&self, subject: &Subject) -> bool {
        let variant = variant_name(&subject.variant);
        let all_or =
            |patterns: &Option<Patterns>, text| patterns.as_ref().is_none_or(|patterns| patterns.matches(text));
        all_or(&self.variant, variant)
            && all_or(&self.convention, &subject.convention)
            && self.scenario.matches(&subject.case)
            && !self.except.matches(&subject.case)
    }
}

impl Expectations {
    /// Reads the expectations beside a manifest; none if there is no such file.
    ///
    /// # Errors
    ///
    /// If the file does not say what it must.
    pub fn read(folder: &Path) -> Result<Self, UsageError> {
        let file = folder.join(FILE);
        let rules: Vec<_> = RULES.iter().map(|rule| rule.id()).collect();
        match std::fs::read_to_string(&file) {
            Ok(text) => Self::parse(&file, &text, &rules),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self { file, entries: Vec::new() }),
            Err(error) => Err(UsageError::unreadable(&file, &error)),
        }
    }

    /// Reads a file's text; `rules` are the ids that it may use.
    ///
    /// # Errors
    ///
    /// If it does not say what it must.
    pub fn parse(file: &Path, text: &str, rules: &[&str]) -> Result<Self, UsageError> {
        let written = Self::parse_unfinished(file, text, rules)?;
        for entry in &written.entries {
            if entry.reason.trim().is_empty() || entry.reason.starts_with(TO_DO) {
                let problem = "the reason is missing: say why the target does so";
                return Err(UsageError {
                    file: Some(file.to_owned()),
                    line: Some(entry.line),
                    problem: problem.into(),
                });
            }
        }
        Ok(written)
    }

    /// As [`parse`](Self::parse), but for reasons: those that `bless` wrote last time are still to be given.
    pub(super) fn parse_unfinished(file: &Path, text: &str, rules: &[&str]) -> Result<Self, UsageError> {
        let read: File = toml::from_str(text).map_err(|error| UsageError::toml(file, text, &error))?;
        let entries =
            read.entries.into_iter().map(|entry| read_entry(file, text, rules, entry)).collect::<Result<_, _>>()?;
        Ok(Self { file: file.to_owned(), entries })
    }
}

fn read_entry(file: &Path, text: &str, rules: &[&str], entry: Spanned<EntryFile>) -> Result<Entry, UsageError> {
    let error = |bytes, problem: &str| UsageError::at(file, text, &bytes, problem);
    // The span of a table of an array begins at its header.
    let line = UsageError::at(file, text, &entry.span(), "").line.unwrap_or_default();
    let entry = entry.into_inner();
    if !rules.contains(&entry.rule.get_ref().as_str()) {
        let problem = format!("there is no rule `{}`: see `conformance list rules`", entry.rule.get_ref());
        return Err(error(entry.rule.span(), &problem));
    }
    if let Some(upstream) = &entry.upstream {
        if entry.unreported {
            return Err(error(
                upstream.span(),
                "`upstream` says where it is reported, `unreported` that it is not: remove one",
            ));
        }
        if !upstream.get_ref().starts_with("https://") {
            return Err(error(upstream.span(), "`upstream` is a link, `https://…`: to where it is reported"));
        }
    }
    Ok(Entry {
        rule: entry.rule.into_inner(),
        scenario: entry.scenario,
        except: entry.except,
        convention: entry.convention,
        variant: entry.variant,
        reason: entry.reason,
        upstream: entry.upstream.map(Spanned::into_inner),
        unreported: entry.unreported,
        flaky: entry.flaky,
        line,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "expect")]
    entries: Vec<Spanned<EntryFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryFile {
    rule: Spanned<String>,
    scenario: Patterns,
    #[serde(default)]
    except: Patterns,
    convention: Option<Patterns>,
    variant: Option<Patterns>,
    reason: String,
    upstream: Option<Spanned<String>>,
    #[serde(default)]
    unreported: bool,
    flaky: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_error(text: &str, line: usize, says: &str) {
        let error = Expectations::parse(Path::new("t/expect.toml"), text, &["a"]).unwrap_err().to_string();
        assert!(error.starts_with(&format!("t/expect.toml:{line}: ")) && error.contains(says), "{error}");
    }

    #[test]
    fn an_error_of_an_expectation_names_its_line_and_what_to_do() {
        let good = "# known\n[[expect]]\nrule = \"a\"\nscenario = \"s/*\"\nreason = \"r\"\n";
        assert!(Expectations::parse(Path::new("x"), good, &["a"]).is_ok());
        check_error(&good.replace("\"a\"", "\"b\""), 3, "there is no rule `b`");
        check_error(&good.replace("s/*", "s*"), 4, "whole components");
        check_error(&good.replace("\"s/*\"", "[\"s\", \"\"]"), 4, "empty component");
        check_error(&good.replace("\"s/*\"", "7"), 4, "a pattern, or a list of patterns");
        check_error(&good.replace("reason = \"r\"", "reason = \"TODO\""), 2, "the reason is missing");
        check_error(&good.replace("reason = \"r\"", "reason = \" \""), 2, "the reason is missing");
        check_error(&good.replace("reason = \"r\"\n", ""), 2, "missing field `reason`");
        check_error(&format!("{good}upstreams = \"x\"\n"), 6, "unknown field `upstreams`");
        check_error(&format!("{good}upstream = \"x\"\n"), 6, "is a link");
        check_error(&format!("{good}unreported = true\nupstream = \"https://x\"\n"), 7, "remove one");
    }

    #[test]
    fn a_target_without_the_file_expects_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Expectations::read(folder.path()).unwrap().entries.is_empty());
    }
}
