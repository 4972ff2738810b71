//! Writing expectations from what a run found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use super::file::{Entry, Expectations, TO_DO};
use super::generalise::{Shape, generalise};
use super::{FILE, Subject};
use crate::usage::UsageError;

/// What a run saw of one target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// Every case that the target can run, selected or not.
    pub possible: BTreeSet<Subject>,
    /// The cases that were judged, with the rules that they failed.
    pub judged: BTreeMap<Subject, BTreeSet<String>>,
}

/// The text of `expect.toml` that makes a run's findings expected, made from the text that is there.
///
/// An entry that is still true stays as it is written, comments included; so does one about cases that were not judged. One
/// that is no longer true of all its cases gives its reason to the entries that take its place. What nobody expected gets
/// entries with the reason `TODO`, which no run accepts. New entries cover as much as they can without a case that did not
/// fail.
///
/// # Errors
///
/// If the present text cannot be read.
pub fn bless(folder: &Path, present: &str, rules: &[&str], observed: &Observed) -> Result<String, UsageError> {
    let file = folder.join(FILE);
    let expectations = Expectations::parse_unfinished(&file, present, rules)?;
    let written = Written::split(present);
    let mut text = written.head.to_owned();
    let mut claimed: BTreeSet<(&str, &Subject)> = BTreeSet::new();
    let mut stale = Vec::new();
    for (entry, source) in expectations.entries.iter().zip(&written.entries) {
        let covered: Vec<_> = observed.possible.iter().filter(|subject| entry.covers(subject)).collect();
        let is_true = |subject: &&&Subject| {
            let rules = observed.judged.get(**subject);
            rules.is_none_or(|rules| rules.contains(&entry.rule) || entry.flaky.is_some())
        };
        let is_claimed = |subject: &&Subject| claimed.contains(&(entry.rule.as_str(), *subject));
        if covered.is_empty()
            || covered.iter().filter(is_true).count() < covered.len()
            || covered.iter().any(is_claimed)
        {
            stale.push(entry);
            continue;
        }
        claimed.extend(covered.into_iter().map(|subject| (entry.rule.as_str(), subject)));
        text.push_str(source);
    }
    for group in groups(observed, &claimed, &stale) {
        for shape in generalise(&observed.possible, &group.cases) {
            write_entry(&mut text, &group, &shape);
        }
    }
    Ok(text)
}

/// A file's text, cut in front of each entry and the comments that belong to it.
struct Written<'a> {
    head: &'a str,
    entries: Vec<&'a str>,
}

impl<'a> Written<'a> {
    fn split(text: &'a str) -> Self {
        let mut starts = Vec::new();
        // Where the comment begins that the line at hand goes on with.
        let mut comment = None;
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let trimmed = line.trim_start();
            if trimmed.starts_with("[[expect]]") {
                starts.push(comment.unwrap_or(offset));
            }
            comment = if trimmed.starts_with('#') { comment.or(Some(offset)) } else { None };
            offset += line.len();
        }
        let head = &text[..starts.first().copied().unwrap_or(text.len())];
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        Self { head, entries: starts.iter().copied().zip(ends).map(|(start, end)| &text[start..end]).collect() }
    }
}

/// Cases that fail by one rule for one reason.
struct Group<'a> {
    rule: &'a str,
    /// The entry that gives its reason.
    origin: Option<&'a Entry>,
    cases: BTreeSet<&'a Subject>,
}

fn groups<'a>(observed: &'a Observed, claimed: &BTreeSet<(&str, &Subject)>, stale: &[&'a Entry]) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<(&str, Option<usize>), BTreeSet<&Subject>> = BTreeMap::new();
    for (subject, rules) in &observed.judged {
        for rule in rules.iter().filter(|rule| !claimed.contains(&(rule.as_str(), subject))) {
            let origin = stale.iter().position(|entry| entry.rule == *rule && entry.covers(subject));
            groups.entry((rule, origin)).or_default().insert(subject);
        }
    }
    let group = |((rule, origin), cases): ((&'a str, Option<usize>), _)| Group {
        rule,
        origin: origin.map(|index| stale[index]),
        cases,
    };
    groups.into_iter().map(group).collect()
}

fn write_entry(text: &mut String, group: &Group<'_>, shape: &Shape) {
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
    text.push_str("[[expect]]\n");
    let mut line = |key: &str, value: &str| {
        writeln!(text, "{key} = {value}").expect("a string grows");
    };
    let quoted = |text: &str| toml::Value::from(text).to_string();
    line("rule", &quoted(group.rule));
    line("scenario", &one_or_many(&shape.scenarios));
    for (key, names) in [("except", &shape.except), ("convention", &shape.conventions), ("variant", &shape.variants)] {
        if !names.is_empty() {
            line(key, &one_or_many(names));
        }
    }
    line("reason", &quoted(group.origin.map_or(TO_DO, |origin| &origin.reason)));
    let Some(origin) = group.origin else { return };
    for (key, value) in [("upstream", &origin.upstream), ("flaky", &origin.flaky)] {
        value.iter().for_each(|value| line(key, &quoted(value)));
    }
    if origin.unreported {
        line("unreported", "true");
    }
}

/// A text, a short list on one line, or a list of one line each.
fn one_or_many(texts: &[String]) -> String {
    const WIDTH: usize = 100;
    let quoted: Vec<_> = texts.iter().map(|text| toml::Value::from(text.as_str()).to_string()).collect();
    match quoted.as_slice() {
        [one] => one.clone(),
        many if many.iter().map(|text| text.len() + 2).sum::<usize>() < WIDTH => format!("[{}]", many.join(", ")),
        many => format!("[\n    {},\n]", many.join(",\n    ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Patterns;

    /// Cases as `id: rules`; a dash for one that was not judged. A convention may stand in front, after which comes a space.
    fn observed(cases: &[&str]) -> Observed {
        let mut observed = Observed::default();
        for line in cases {
            let (name, rules) = line.split_once(": ").unwrap_or((line.trim_end_matches(':'), ""));
            let (convention, case) = name.split_once(' ').unwrap_or(("c", name));
            let subject = Subject { variant: String::new(), convention: convention.into(), case: case.into() };
            observed.possible.insert(subject.clone());
            if rules != "-" {
                observed
                    .judged
                    .insert(subject, rules.split(' ').filter(|rule| !rule.is_empty()).map(Into::into).collect());
            }
        }
        observed
    }

    fn run(present: &str, observed: &Observed) -> String {
        bless(Path::new("t"), present, &["a", "b"], observed).unwrap()
    }

    /// Each entry as `rule: scenario - except (convention)`.
    #[track_caller]
    fn check(cases: &[&str], entries: &[&str]) {
        let observed = observed(cases);
        let text = run("", &observed);
        let read = Expectations::parse_unfinished(Path::new("t"), &text, &["a", "b"]).unwrap();
        let joined = |patterns: &Patterns| patterns.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let shown = |entry: &Entry| {
            let except =
                if entry.except.0.is_empty() { String::new() } else { format!(" - {}", joined(&entry.except)) };
            let convention = entry.convention.as_ref().map(|names| format!(" ({})", joined(names))).unwrap_or_default();
            format!("{}: {}{except}{convention}", entry.rule, joined(&entry.scenario))
        };
        assert_eq!(read.entries.iter().map(shown).collect::<Vec<_>>(), entries);
        check_true(&text, &observed);
    }

    /// What was blessed is expected, all of it and nothing else.
    #[track_caller]
    fn check_true(text: &str, observed: &Observed) {
        let read = Expectations::parse_unfinished(Path::new("t"), text, &["a", "b"]).unwrap();
        let subjects: Vec<_> = observed.possible.iter().cloned().collect();
        assert_eq!(read.check(&subjects), []);
        for (subject, rules) in &observed.judged {
            for rule in ["a", "b"] {
                let covering = read.entries.iter().filter(|entry| entry.rule == rule && entry.covers(subject)).count();
                assert_eq!(covering, usize::from(rules.contains(rule)), "{rule} {subject:?}\n{text}");
            }
        }
    }

    #[test]
    fn a_rule_has_one_entry_for_what_its_cases_have_in_common_and_none_covers_a_case_that_passes() {
        check(&["s/a/1: a", "s/a/2: a", "t/b: b"], &["a: s/**", "b: t/b"]);
        check(&["s/a/1: a", "s/a/2:", "t/b: a"], &["a: s/a/1 t/b"]);
        check(&["c s/a: a", "d s/a:"], &["a: ** (c)"]);
        check(&["c s/a: a", "d s/a: a"], &["a: **"]);
        check(&["c s/a: a", "d s/a: a", "e s/a:"], &["a: ** (c d)"]);
        check(&["c s/a: a", "c t/b: a", "d s/a: a", "d t/b:"], &["a: s/a", "a: t/b (c)"]);
        check(&["s/a/1: a", "s/a/2: -"], &["a: s/a/1"]);
    }

    const PRESENT: &str = "# Of this target.\n\n# Known for long.\n[[expect]]\nrule = \"a\"\nscenario = \"s/a/*\" # all\n\
                           reason = \"r\"\nupstream = \"https://x\"\n";

    #[test]
    fn an_entry_that_is_still_true_stays_as_it_is_written() {
        assert_eq!(run(PRESENT, &observed(&["s/a/1: a", "s/a/2: a"])), PRESENT);
        assert_eq!(run(PRESENT, &observed(&["s/a/1: a", "s/a/2: -"])), PRESENT);
        assert_eq!(run(PRESENT, &observed(&["s/a/1: -", "s/a/2: -"])), PRESENT);
    }

    #[test]
    fn what_takes_the_place_of_an_entry_has_its_reason_and_what_is_new_has_none() {
        let observed = observed(&["s/a/1: a", "s/a/2:", "t/b: a"]);
        let text = run(PRESENT, &observed);
        let entry = |scenario: &str, rest: &str| format!("[[expect]]\nrule = \"a\"\nscenario = \"{scenario}\"\n{rest}");
        let old = entry("s/a/1", "reason = \"r\"\nupstream = \"https://x\"\n");
        let new = entry("t/b", "reason = \"TODO\"\n");
        assert!(text.starts_with("# Of this target.\n\n"), "{text}");
        assert!(text.contains(&old) && text.contains(&new) && !text.contains("s/a/*"), "{text}");
        check_true(&text, &observed);
        assert_eq!(run(&text, &observed), text);
    }

    #[test]
    fn an_entry_that_covers_nothing_goes() {
        let text = run(PRESENT, &observed(&["t/b:"]));
        assert!(!text.contains("expect"), "{text}");
    }

    #[test]
    fn a_flaky_entry_stays_whatever_was_found() {
        let present = format!("{PRESENT}flaky = \"a race\"\n");
        assert_eq!(run(&present, &observed(&["s/a/1:", "s/a/2: a"])), present);
    }
}
