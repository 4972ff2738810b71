//! The matrix as a page.

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
         has to be found by the rules that name its offence. What other rules say follows from it; where that differs from run \
         to run, it is left out.\n\n\
         {} faults at {} ends, shapes and conventions; {} rules that find them.\n\n",
        FAULTS.len(),
        matrix.faults.len(),
        matrix.kills().values().filter(|kills| !kills.is_empty()).count(),
    );
    for (class, doc) in CLASSES {
        let _ = writeln!(text, "## {class}\n\n{}\n", doc.trim());
        text += "| fault | found by | also spoke |\n|---|---|---|\n";
        let of_class = FAULTS.iter().filter(|fault| fault.id().split('/').next() == Some(class));
        of_class.for_each(|fault| rows(matrix, fault, &mut text));
        text.push('\n');
    }
    by_rule(matrix, &mut text);
    unexpressed(&mut text);
    text
}

/// A fault, and below it its variants; those that are found alike share a row.
fn rows(matrix: &Matrix, fault: &'static Fault, text: &mut String) {
    let id = fault.id();
    let links: Vec<_> =
        fault.models.iter().enumerate().map(|(index, link)| format!("[{}]({link})", index + 1)).collect();
    let seen = if links.is_empty() { String::new() } else { format!(" Of the kind seen in {}.", links.join(", ")) };
    let part = if fault.only.is_empty() { "" } else { " *part*" };
    let doc = fault.doc.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    let _ = writeln!(text, "| **{}**{part}: {doc}{seen} | | |", id.split('/').nth(1).unwrap_or(&id));
    let mut alike: Vec<(String, Vec<String>)> = Vec::new();
    for found in matrix.faults.iter().filter(|found| found.variant.fault.id() == id) {
        let cells = cells(found);
        let name = found.variant.id().trim_start_matches(&id).trim_start_matches('/').to_owned();
        match alike.iter_mut().find(|(other, _)| *other == cells) {
            Some((_, names)) => names.push(name),
            None => alike.push((cells, vec![name])),
        }
    }
    for (cells, names) in alike {
        let _ = writeln!(text, "| {} | {cells} |", names.join(", "));
    }
}

fn cells(found: &Found) -> String {
    let code = |rules: Vec<&str>| rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(" ");
    let meant = code(found.meant());
    let other = found.other_each_time().map_or_else(|| "differs".to_owned(), code);
    format!("{meant} | {other}")
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
