//! What a target gets wrong as a page for people: what there is to report upstream, and what was.

use std::fmt::Write as _;

use super::file::variant_name;
use super::{Entry, Expectations, Subject};

/// The page in Markdown, what nobody has reported first. Entries of one rule with one reason are one deviation. It is shown by
/// the first of the subjects that one of them covers, by one that is not flaky if there is any: the subjects have to be in the
/// order in which a reader wants them, the smallest case first.
#[must_use]
pub fn page(target: &str, expectations: &Expectations, subjects: &[Subject]) -> String {
    let mut page = format!(
        "# What {target} gets wrong\n\n\
         What its `expect.toml` says, by rule, each with the smallest case that shows it. `cargo conformance explain RULE` says what a\n\
         rule requires, and this what is wrong in a case, by which clauses, in which trace, and what was on the wire:\n\n    \
         cargo conformance run --save /tmp/evidence --target {target}@VARIANT --convention CONVENTION --scenario CASE\n    \
         cargo conformance check /tmp/evidence\n"
    );
    let (reported, to_report): (Vec<_>, Vec<_>) =
        deviations(expectations).into_iter().partition(|entries| entries[0].upstream.is_some());
    for (title, deviations) in [("To report", to_report), ("Reported", reported)] {
        if !deviations.is_empty() {
            write!(page, "\n## {title} ({})\n", deviations.len()).expect("a string grows");
        }
        deviations.iter().for_each(|entries| tell(entries, subjects, &mut page));
    }
    page
}

/// The entries, those together that are about the same. Among these one that is flaky shows nothing beside one that is not.
fn deviations(expectations: &Expectations) -> Vec<Vec<&Entry>> {
    let mut deviations: Vec<Vec<&Entry>> = Vec::new();
    for entry in &expectations.entries {
        match deviations.iter_mut().find(|entries| about(entries[0]) == about(entry)) {
            Some(same) => same.push(entry),
            None => deviations.push(vec![entry]),
        }
    }
    for entries in &mut deviations {
        if entries.iter().any(|entry| entry.flaky.is_none()) {
            entries.retain(|entry| entry.flaky.is_none());
        }
    }
    deviations
}

fn about(entry: &Entry) -> impl PartialEq {
    (&entry.rule, &entry.reason, &entry.upstream)
}

fn tell(entries: &[&Entry], subjects: &[Subject], page: &mut String) {
    let Some(entry) = entries.first() else { return };
    let mut line = |text: &str| writeln!(page, "{text}").expect("a string grows");
    line(&format!("\n### `{}`\n", entry.rule));
    line(&match subjects.iter().find(|subject| entries.iter().any(|entry| entry.covers(subject))) {
        Some(Subject { variant, convention, case }) => {
            format!("- in `{case}` by {convention}, variant {}", variant_name(variant))
        }
        None => "- in no case that the target can run".to_owned(),
    });
    line(&format!("- why: {}", entry.reason));
    if let Some(flaky) = &entry.flaky {
        line(&format!("- at some times only: {flaky}"));
    }
    match &entry.upstream {
        Some(upstream) => line(&format!("- reported: <{upstream}>")),
        None if entry.unreported => {}
        None => line("- nobody has looked whether it is reported"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn page_of(entries: &[&str]) -> String {
        let text: String = entries.iter().map(|entry| format!("[[expect]]\n{entry}\n")).collect();
        let expectations = Expectations::parse(Path::new("expect.toml"), &text, &["wrong_kind", "wrong_name"]).unwrap();
        let subject = |case: &str| Subject { variant: String::new(), convention: "rpc-1.39".into(), case: case.into() };
        page("go/x", &expectations, &["small", "middling", "large"].map(subject))
    }

    /// What is told under each heading.
    fn told(page: &str) -> Vec<(&str, &str)> {
        page.split("\n### ").skip(1).filter_map(|section| section.split_once("\n\n")).collect()
    }

    #[test]
    fn a_deviation_is_shown_by_the_first_case_that_an_entry_covers() {
        let page = page_of(&[
            "rule = \"wrong_name\"\nscenario = \"**\"\nexcept = \"small\"\nreason = \"r\"\nunreported = true",
        ]);
        let [("`wrong_name`", text)] = told(&page)[..] else { panic!("{page}") };
        assert!(text.starts_with("- in `middling` by rpc-1.39, variant main\n- why: r\n"), "{page}");
        assert!(page.contains("## To report (1)"), "{page}");
    }

    #[test]
    fn entries_with_one_reason_are_one_deviation_and_what_always_shows_it_is_named() {
        let flaky = "rule = \"wrong_kind\"\nscenario = \"small\"\nreason = \"r\"\nflaky = \"who is first\"";
        let always = "rule = \"wrong_kind\"\nscenario = \"large\"\nreason = \"r\"";
        let page = page_of(&[flaky, always]);
        let [(_, text)] = told(&page)[..] else { panic!("{page}") };
        assert!(text.contains("in `large`") && !text.contains("who is first"), "{page}");
        let page = page_of(&[flaky]);
        assert!(page.contains("in `small`") && page.contains("at some times only: who is first"), "{page}");
    }

    #[test]
    fn what_is_reported_stands_behind_what_is_not() {
        let entry = |more: &str| format!("rule = \"wrong_kind\"\nscenario = \"small\"\nreason = \"r\"\n{more}");
        let page = page_of(&[&entry("upstream = \"https://x/1\""), &entry("")]);
        let (to_report, reported) = page.split_once("## Reported (1)").unwrap();
        assert!(to_report.contains("nobody has looked") && reported.contains("<https://x/1>"), "{page}");
    }
}
