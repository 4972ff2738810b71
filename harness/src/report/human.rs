//! For people: what is wrong as it is found, and a scorecard at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use anstyle::Style;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::describe::{headline, in_full};
use super::scorecard::Scorecard;
use super::style::{self, BAD, BOLD, DIM, GOOD, ODD, paint};
use super::{Event, Reporter, RunName};
use crate::verdict::{Exit, Outcome, Totals, Verdict};

/// Writes for people. Colours are in what it writes: give it a writer that takes them out where they are not wanted.
#[derive(Debug)]
pub struct Human<W> {
    out: W,
    progress: Progress,
    /// Every red case in full, not only the first with a rule.
    verbose: bool,
    scorecard: Scorecard,
    shown: BTreeSet<(RunName, String)>,
    abridged: u64,
    /// What is red or unavailable, the first of it: told again at the end, which is what a log that is cut keeps.
    red: Vec<String>,
    red_more: u64,
    started: BTreeSet<RunName>,
    /// Runs of which it was told why they never started, and how many cases did not run for that.
    broken: BTreeMap<RunName, u64>,
}

impl<W: Write> Human<W> {
    /// Writes to this; the progress line is another's.
    pub fn new(out: W, progress: Progress, verbose: bool) -> Self {
        let (scorecard, shown, red, started, broken) = Default::default();
        Self { out, progress, verbose, scorecard, shown, abridged: 0, red, red_more: 0, started, broken }
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        let Self { out, progress, .. } = self;
        progress.hide_while(|| {
            out.write_all(text.as_bytes())?;
            out.flush()
        })
    }

    fn judged(&mut self, verdict: &Verdict, evidence: Option<&crate::evidence::Evidence>) -> io::Result<()> {
        if !verdict.outcome.is_red() {
            return Ok(());
        }
        let run = RunName::of(&verdict.name);
        if verdict.outcome == Outcome::CouldNotRun
            && !self.verbose
            && let Some(kept) = self.broken.get_mut(&run)
        {
            *kept += 1;
            return Ok(());
        }
        let reasons = reasons(verdict);
        let short = in_a_line(verdict, &reasons);
        self.remember(&short);
        // A target that breaks one rule breaks it in a hundred cases: the first one explains the others.
        let mut news = false;
        for reason in &reasons {
            news |= self.shown.insert((run.clone(), reason.clone()));
        }
        if news || self.verbose {
            let text = format!("{}\n", in_full(verdict, evidence));
            return self.print(&text);
        }
        self.abridged += 1;
        self.print(&short)
    }

    fn remember(&mut self, red: &str) {
        if self.red.len() < RED_MAX {
            self.red.push(red.to_owned());
        } else {
            self.red_more += 1;
        }
    }

    /// A machine that lacks something, or a target that does not start, keeps every case from running: once is enough. A
    /// target that fails later does so in cases, which have to be told.
    fn broke(&mut self, run: &RunName, style: Style, what: &str, why: &str) -> io::Result<()> {
        if !self.started.contains(run) {
            self.broken.entry(run.clone()).or_default();
        }
        let text = format!("{} {}: {why}\n", paint(style, what), paint(BOLD, run));
        self.remember(&text);
        self.print(&text)
    }

    fn finished(&mut self, run: &RunName) -> io::Result<()> {
        let Some(kept) = self.broken.remove(run) else { return Ok(()) };
        let head = paint(style::outcome(Outcome::CouldNotRun), Outcome::CouldNotRun);
        self.print(&format!("{head} {}: all {kept} cases\n", paint(BOLD, run)))
    }

    fn ended(&mut self, totals: &Totals, exit: Exit) -> io::Result<()> {
        self.progress.clear();
        let mut text = String::new();
        if self.abridged > 0 {
            let cases = self.abridged;
            let say = format!(
                "\n{cases} more cases are shown by one line each: their rules were shown before. --verbose shows all.\n"
            );
            text.push_str(&paint(DIM, say));
        }
        text.push('\n');
        text.push_str(&self.scorecard.render());
        text.push('\n');
        text.push_str(&summary(totals));
        // On a machine that lacks toolchains, being unavailable is no news at the end.
        if exit != Exit::Green {
            text.push_str(&self.red.concat());
            if self.red_more > 0 {
                text.push_str(&paint(DIM, format!("and {} more\n", self.red_more)));
            }
        }
        text.push_str(&conclusion(exit));
        self.print(&text)
    }
}

impl<W: Write> Reporter for Human<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.scorecard.event(event);
        self.progress.event(event);
        match event {
            Event::Judged { verdict, evidence } => self.judged(verdict, evidence.as_deref()),
            Event::Usage(error) => self.print(&format!("{} {error}\n", paint(BAD, "usage"))),
            Event::TargetFailed { run, error } => self.broke(run, BAD, "target", &error.failure.to_string()),
            Event::Unavailable { run, missing } => {
                self.broke(run, ODD, "unavailable", &format!("no {} on PATH", missing.join(", ")))
            }
            Event::Finished { run, .. } => self.finished(run),
            Event::Ended { totals, exit } => self.ended(totals, *exit),
            Event::Started(run) => {
                self.started.insert(run.clone());
                Ok(())
            }
            Event::Began { .. } | Event::Building(_) => Ok(()),
        }
    }
}

/// By name, what nobody expected of a red case and what did not come.
fn reasons(verdict: &Verdict) -> Vec<String> {
    let unexpected = verdict.findings.iter().filter(|judged| judged.counts && judged.expected.is_none());
    let rules = unexpected.map(|judged| judged.finding.rule.clone());
    let missed = verdict.missed.iter().map(|missed| format!("no {}", missed.rule));
    let mut reasons: Vec<_> = rules.chain(missed).collect();
    reasons.sort();
    reasons.dedup();
    if verdict.outcome == Outcome::CouldNotRun {
        reasons.push(verdict.why.clone().unwrap_or_default());
    }
    reasons
}

/// How many red things are told again at the end.
const RED_MAX: usize = 20;

/// A red case and what is wrong, by name.
fn in_a_line(verdict: &Verdict, reasons: &[String]) -> String {
    let mut text = headline(verdict);
    if verdict.outcome != Outcome::CouldNotRun {
        text.truncate(text.trim_end().len());
        text.push_str(&format!(": {}\n", reasons.join(", ")));
    } else if let Some(end) = text.find('\n') {
        text.truncate(end + 1);
    }
    text
}

fn summary(totals: &Totals) -> String {
    let Totals { planned, executed, spans, runs, .. } = *totals;
    let mut text = format!("{executed} of {planned} cases executed in {runs} runs of targets, {spans} spans:");
    for outcome in Outcome::ALL {
        let count = totals.of(outcome);
        if count > 0 {
            text.push_str(&format!(" {count} {}", paint(style::outcome(outcome), outcome)));
        }
    }
    let more = [
        (totals.warnings, "warnings"),
        (totals.unavailable, "runs unavailable"),
        (totals.target_errors, "target errors"),
        (totals.usage_errors, "usage errors"),
    ];
    for (count, what) in more {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text.push('\n');
    text
}

fn conclusion(exit: Exit) -> String {
    let (style, text) = match exit {
        Exit::Green => (GOOD, "green"),
        Exit::Findings => (BAD, "red: findings that nobody expected, or expected ones that are gone"),
        Exit::ZeroEvidence => (BAD, "red: this run proves nothing, for something that had to give evidence gave none"),
        Exit::Target => (BAD, "red: a target did something wrong as a program"),
        Exit::Usage => (BAD, "red: something that was asked for, or written, means nothing"),
        Exit::Bug => (BAD, "red: a bug of the harness"),
        Exit::Interrupted => (BAD, "interrupted"),
    };
    format!("{}\n", paint(style, text))
}

/// The line on a terminal that says how far the run is.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    active: BTreeSet<RunName>,
}

impl Progress {
    /// On standard error, if that is a terminal.
    #[must_use]
    pub fn on_terminal() -> Self {
        Self::on(ProgressDrawTarget::stderr())
    }

    /// Nowhere.
    #[must_use]
    pub fn hidden() -> Self {
        Self::on(ProgressDrawTarget::hidden())
    }

    fn on(target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("[{elapsed}] {pos}/{len} {wide_msg}").expect("the template is valid");
        bar.set_style(style);
        Self { bar, active: BTreeSet::new() }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Began { planned, .. } => self.bar.set_length(*planned),
            Event::Building(run) => self.say(run, true),
            Event::Started(run) => self.say(run, true),
            Event::Judged { .. } => self.bar.inc(1),
            Event::Finished { run, .. } => self.say(run, false),
            Event::Usage(_) | Event::Unavailable { .. } | Event::TargetFailed { .. } | Event::Ended { .. } => {}
        }
    }

    fn say(&mut self, run: &RunName, active: bool) {
        if active {
            self.active.insert(run.clone());
        } else {
            self.active.remove(run);
        }
        let names: Vec<_> = self.active.iter().map(ToString::to_string).collect();
        self.bar.set_message(names.join(", "));
    }

    fn hide_while<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
