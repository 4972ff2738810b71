//! The matrix at the end: runs of targets, families of rules, and how many cases of the one break rules of the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::style::{BAD, DIM, GOOD, ODD, paint};
use super::{Event, RunName};
use crate::rules::{Family, RULES, family};
use crate::verdict::{Outcome, Totals, Verdict};

/// What was found, by run and family.
#[derive(Debug, Default)]
pub(super) struct Scorecard {
    rows: BTreeMap<RunName, Row>,
}

#[derive(Debug, Default)]
struct Row {
    cells: BTreeMap<Family, Cell>,
    totals: Totals,
    /// Whether any case was played with the instrumentation off too.
    compared: bool,
}

/// Cases that break rules of a family.
#[derive(Debug, Default, Clone, Copy)]
struct Cell {
    unexpected: u64,
    expected: u64,
    warned: u64,
}

impl Scorecard {
    pub(super) fn event(&mut self, event: &Event) {
        if let Event::Judged { verdict, evidence } = event {
            self.add(verdict);
            let row = self.rows.entry(RunName::of(&verdict.name)).or_default();
            row.compared |= evidence.as_ref().is_some_and(|evidence| evidence.baseline.is_some());
        }
    }

    fn add(&mut self, verdict: &Verdict) {
        let row = self.rows.entry(RunName::of(&verdict.name)).or_default();
        row.totals.add(verdict);
        let mut families: BTreeMap<Family, (bool, bool, bool)> = BTreeMap::new();
        for judged in &verdict.findings {
            let Some(family) = family(&judged.finding.rule) else { continue };
            let kinds = families.entry(family).or_default();
            match (judged.counts, judged.expected.is_some()) {
                (true, false) => kinds.0 = true,
                (true, true) => kinds.1 = true,
                (false, _) => kinds.2 = true,
            }
        }
        for (family, (unexpected, expected, warned)) in families {
            let cell = row.cells.entry(family).or_default();
            // A case counts once in each family: by the gravest it has.
            cell.unexpected += u64::from(unexpected);
            cell.expected += u64::from(expected && !unexpected);
            cell.warned += u64::from(warned && !unexpected && !expected);
        }
    }

    /// The matrix; empty without a case.
    pub(super) fn render(&self) -> String {
        let families: BTreeSet<_> = RULES.iter().map(|rule| rule.family).collect();
        if self.rows.is_empty() {
            return String::new();
        }
        let mut table = vec![header(&families)];
        table.extend(self.rows.iter().map(|(name, row)| row.render(name, &families)));
        let widths: Vec<_> = (0..table[0].len()).map(|column| widest(&table, column)).collect();
        let mut out = String::new();
        for row in table {
            for (index, (text, width)) in row.iter().zip(&widths).enumerate() {
                let padding = " ".repeat(width - visible(text));
                let gap = if index == 0 { "" } else { "  " };
                // Names to the left, numbers to the right.
                let cell = if index == 0 { format!("{text}{padding}") } else { format!("{padding}{text}") };
                write!(out, "{gap}{cell}").expect("a string grows");
            }
            let end = out.trim_end().len();
            out.truncate(end);
            out.push('\n');
        }
        out.push_str(&paint(DIM, "cases that break rules of a family: unexpected / expected / only warned of\n"));
        out
    }
}

impl Row {
    fn render(&self, name: &RunName, families: &BTreeSet<Family>) -> Vec<String> {
        let mut row = vec![name.to_string()];
        let executed = self.totals.executed > 0;
        for family in families {
            row.push(match self.cells.get(family) {
                _ if !executed => paint(DIM, "-"),
                _ if *family == Family::Transparency && !self.compared => paint(DIM, "-"),
                Some(cell) => cell.render(),
                None => paint(GOOD, "ok"),
            });
        }
        for outcome in Outcome::ALL {
            row.push(self.totals.of(outcome).to_string());
        }
        row.push(format!("{}/{}", self.totals.executed, self.totals.planned));
        row
    }
}

impl Cell {
    fn render(self) -> String {
        let kinds = [(self.unexpected, BAD), (self.expected, ODD), (self.warned, DIM)];
        kinds.map(|(count, style)| if count == 0 { paint(DIM, "·") } else { paint(style, count) }).join("/")
    }
}

fn header(families: &BTreeSet<Family>) -> Vec<String> {
    let mut header = vec![String::new()];
    header.extend(families.iter().map(|family| family.as_str().to_owned()));
    let short = ["pass", "fail", "xfail", "xpass", "n/a", "stuck"];
    header.extend(short.map(String::from));
    header.push("executed".into());
    header
}

fn widest(table: &[Vec<String>], column: usize) -> usize {
    table.iter().map(|row| visible(&row[column])).max().unwrap_or_default()
}

/// How many columns a text takes, colours aside.
fn visible(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().chars().count()
}
