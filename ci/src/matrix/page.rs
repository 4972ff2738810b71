//! The matrix as a page.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tonic_trace_faulty::{CLASSES, FAULTS, Fault, UNEXPRESSED};

use crate::judged::{BEYOND, Matrix};
use crate::run::Found;

/// The whole page, in Markdown.
pub(crate) fn page(matrix: &Matrix) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write!(
        text,
        "# The kill matrix\n\nWritten by `cargo ci faults --write`; `cargo ci faults` fails if it is stale.\n\n\
         Each fault of [`targets/rust/faulty`](../../targets/rust/faulty/README.md) is the reference instrumentation with that \
         one thing wrong. It is run against every scenario (those marked *part* against the scenarios that can show them), and \
         has to be found by the rules that name its offence. What other rules say of it stands at the end.\n\n\
         {} faults at {} ends, shapes and conventions; {} rules that find them.\n\n",
        FAULTS.len(),
        matrix.faults.len(),
        matrix.kills().values().filter(|kills| !kills.is_empty()).count(),
    );
    for (class, doc) in CLASSES {
        let _ = writeln!(text, "## {class}\n\n{}\n", doc.trim());
        text += "| fault | found by |\n|---|---|\n";
        let of_class = FAULTS.iter().filter(|fault| fault.id().split('/').next() == Some(class));
        of_class.for_each(|fault| rows(matrix, fault, &mut text));
        text.push('\n');
    }
    by_rule(matrix, &mut text);
    unexpressed(&mut text);
    also(matrix, &mut text);
    text
}

/// The part of the page that is the same after every run.
pub(crate) fn held(page: &str) -> &str {
    page.split_once(ALSO).map_or(page, |(held, _)| held)
}

/// Under this, what differs from run to run.
const ALSO: &str = "## What else was said\n";

/// A fault, and below it its variants; those that are found alike share a row.
fn rows(matrix: &Matrix, fault: &'static Fault, text: &mut String) {
    let id = fault.id();
    let links: Vec<_> =
        fault.models.iter().enumerate().map(|(index, link)| format!("[{}]({link})", index + 1)).collect();
    let seen = if links.is_empty() { String::new() } else { format!(" Of the kind seen in {}.", links.join(", ")) };
    let part = if fault.only.is_empty() { "" } else { " *part*" };
    let doc = fault.doc.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    let _ = writeln!(text, "| **{}**{part}: {doc}{seen} | |", id.split('/').nth(1).unwrap_or(&id));
    let mut alike: Vec<(String, Vec<String>)> = Vec::new();
    for found in matrix.of(&id) {
        let meant = code(found.meant());
        let name = found.variant.id().trim_start_matches(&id).trim_start_matches('/').to_owned();
        match alike.iter_mut().find(|(other, _)| *other == meant) {
            Some((_, names)) => names.push(name),
            None => alike.push((meant, vec![name])),
        }
    }
    for (meant, names) in alike {
        let _ = writeln!(text, "| {} | {meant} |", names.join(", "));
    }
}

fn code<'r>(rules: impl IntoIterator<Item = &'r str>) -> String {
    rules.into_iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(" ")
}

fn by_rule(matrix: &Matrix, text: &mut String) {
    text.push_str(
        "## By rule\n\nHow many faults each rule finds that it is meant to find, and the first three of them.\n\n",
    );
    text.push_str("| rule | faults | such as |\n|---|---|---|\n");
    for (rule, kills) in matrix.kills() {
        let beyond = BEYOND.iter().find(|(other, _)| *other == rule).map(|(_, why)| format!("none: {why}"));
        let first = beyond.unwrap_or_else(|| kills.iter().take(3).cloned().collect::<Vec<_>>().join(", "));
        let _ = writeln!(text, "| `{rule}` | {} | {first} |", kills.len());
    }
    text.push('\n');
}

fn unexpressed(text: &mut String) {
    text.push_str("## What no fault here models\n\n| bug | seen | why not |\n|---|---|---|\n");
    for bug in UNEXPRESSED {
        let seen: Vec<_> =
            bug.seen.iter().enumerate().map(|(index, link)| format!("[{}]({link})", index + 1)).collect();
        let _ = writeln!(text, "| {} | {} | {} |", bug.what, seen.join(", "), bug.why);
    }
}

fn also(matrix: &Matrix, text: &mut String) {
    let _ = write!(
        text,
        "\n{ALSO}\nBy other rules, of the same faults, in the run that wrote this page. Some of it depends on which of two calls was \
         first, so that another run may add to it or lack some: `cargo ci faults` does not look at this part.\n\n\
         | fault | what spoke besides |\n|---|---|\n"
    );
    for fault in FAULTS {
        let id = fault.id();
        let rules: BTreeSet<_> = matrix.of(&id).flat_map(Found::other).collect();
        if !rules.is_empty() {
            let _ = writeln!(text, "| {id} | {} |", code(rules));
        }
    }
}
