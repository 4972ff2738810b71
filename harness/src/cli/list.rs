//! `conformance list`.

use std::fmt::Write as _;
use std::path::Path;

use super::args::{List, What};
use super::{built_in, output};
use crate::convention;
use crate::rules::RULES;
use crate::scenario;
use crate::target::{Availability, Manifest, availability, discover, workspace_root};
use crate::usage::UsageError;
use crate::verdict::{Exit, target_and_variant};

pub(super) fn list(args: &List) -> Result<Exit, UsageError> {
    match args.what {
        What::Targets => return targets(),
        What::Scenarios => scenarios()?,
        What::Rules => rules(),
        What::Conventions => conventions()?,
    }
    Ok(Exit::Green)
}

fn targets() -> Result<Exit, UsageError> {
    let here = Path::new(".");
    let root = workspace_root(here).ok_or_else(|| {
        UsageError::new(
            "no `targets/*/*/target.toml` here or above: go to a workspace, or give a folder to `run --target`",
        )
    })?;
    let found = discover(&root);
    let mut rows = Vec::new();
    for manifest in &found.targets {
        rows.extend(manifest.variants.iter().map(|variant| row(manifest, variant)));
    }
    output::print(&table(&rows));
    found.errors.iter().for_each(|error| output::error(error));
    Ok(if found.errors.is_empty() { Exit::Green } else { Exit::Usage })
}

fn row(manifest: &Manifest, variant: &crate::target::Variant) -> Vec<String> {
    let claims: Vec<_> = variant.claims.iter().map(|claim| claim.convention.as_str()).collect();
    let state = match (availability(manifest), &manifest.draft) {
        (Availability::Missing(missing), _) => format!("unavailable: no {}", missing.join(", ")),
        (Availability::Available, Some(_)) => "draft".to_owned(),
        (Availability::Available, None) => "available".to_owned(),
    };
    vec![target_and_variant(&manifest.name, &variant.name), claims.join(", "), state, variant.versions.join(", ")]
}

fn scenarios() -> Result<(), UsageError> {
    let corpus = scenario::corpus().map_err(built_in)?;
    let rows: Vec<_> = corpus
        .iter()
        .map(|scenario| vec![scenario.id.clone(), scenario.cases.len().to_string(), first_sentence(&scenario.why)])
        .collect();
    output::print(&table(&rows));
    let cases: usize = corpus.iter().map(|scenario| scenario.cases.len()).sum();
    output::print(&format!("{} scenarios, {cases} cases\n", corpus.len()));
    Ok(())
}

fn rules() {
    let row = |rule: &&'static crate::rules::Rule| {
        let (family, level) = (rule.family.as_str(), rule.level.as_str());
        vec![rule.id().to_owned(), family.to_owned(), level.to_owned(), first_sentence(rule.doc)]
    };
    output::print(&table(&RULES.iter().map(row).collect::<Vec<_>>()));
}

fn conventions() -> Result<(), UsageError> {
    let conventions = convention::builtin().map_err(built_in)?;
    let rows: Vec<_> =
        conventions.iter().map(|convention| vec![convention.id.clone(), convention.title.clone()]).collect();
    output::print(&table(&rows));
    Ok(())
}

/// The first sentence, on one line.
fn first_sentence(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => text,
    }
}

/// Columns that stand below each other; the last one is as long as it is.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            write!(line, "{cell:width$}  ").expect("a string grows");
        }
        writeln!(out, "{}", line.trim_end()).expect("a string grows");
    }
    out
}
