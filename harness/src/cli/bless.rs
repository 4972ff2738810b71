//! `conformance bless`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::args::{Bless, Format};
use super::output::{self, Reporting};
use super::run::block_on;
use super::{built_in, selected};
use crate::expect::{Expectations, FILE, Observed, bless as write};
use crate::report::{Event, Reporter};
use crate::rules::RULES;
use crate::run::{Options, Selected, possible};
use crate::scenario;
use crate::usage::UsageError;
use crate::verdict::{Exit, STRANGERS};

pub(super) fn bless(args: &Bless) -> Result<Exit, UsageError> {
    let corpus = scenario::corpus().map_err(built_in)?;
    let mut selected = selected(&args.selection.choice())?;
    let mut folders: BTreeMap<String, (PathBuf, Observed)> = BTreeMap::new();
    for run in &mut selected.runs {
        // What is there is what is about to be replaced.
        run.expectations = Arc::new(Expectations::default());
        let possible = possible(&run.manifest, corpus);
        let observed = Observed { possible, ..Observed::default() };
        folders.entry(run.manifest.name.clone()).or_insert_with(|| (run.manifest.folder.clone(), observed));
    }
    // Errors of expectations are what blessing mends; all others stand in its way.
    selected.errors.retain(|error| error.file.as_ref().is_none_or(|file| !file.ends_with(FILE)));
    let (exit, observations) = observe(selected, args)?;
    // Other cases than these may be what leaves strangers.
    let is_whole = args.selection.choice().scenarios.is_empty();
    let observations = observations.into_iter().filter(|(_, subject, _)| is_whole || subject.case != STRANGERS);
    for (target, subject, rules) in observations {
        if let Some((_, observed)) = folders.get_mut(&target) {
            observed.judged.insert(subject, rules);
        }
    }
    for (target, (folder, observed)) in folders {
        write_to(&target, &folder, &observed)?;
    }
    // What was found is what was to be blessed.
    Ok(if exit == Exit::Findings { Exit::Green } else { exit })
}

type Observation = (String, crate::expect::Subject, std::collections::BTreeSet<String>);

fn observe(selected: Selected, args: &Bless) -> Result<(Exit, Vec<Observation>), UsageError> {
    let default = Options::default();
    let options = Options { jobs: args.jobs.unwrap_or(default.jobs), strict: args.strict, ..default };
    let (sender, receiver) = std::sync::mpsc::channel();
    let (reporting, sink) =
        Reporting::start(vec![Box::new(Errors(output::reporter(Format::Human, false))), Box::new(Observer(sender))]);
    let exit = block_on(selected, options, &sink);
    drop(sink);
    reporting.finish().map_err(|error| UsageError::new(format!("the report cannot be written: {error}")))?;
    Ok((exit, receiver.into_iter().collect()))
}

fn write_to(target: &str, folder: &std::path::Path, observed: &Observed) -> Result<(), UsageError> {
    if observed.judged.is_empty() {
        output::error(&format!("{target}: no case was judged, and its {FILE} is as it was"));
        return Ok(());
    }
    let file = folder.join(FILE);
    let present = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(UsageError::unreadable(&file, &error)),
    };
    let rules: Vec<_> = RULES.iter().map(|rule| rule.id()).collect();
    let text = write(folder, &present, &rules, observed)?;
    if text == present {
        output::print(&format!("{}: nothing to change\n", file.display()));
        return Ok(());
    }
    std::fs::write(&file, &text).map_err(|error| UsageError::of_file(&file, format!("cannot be written: {error}")))?;
    let unexplained = text.lines().filter(|line| line.starts_with("reason = \"TODO")).count();
    let ask = if unexplained > 0 { format!(", {unexplained} of whose entries want a reason") } else { String::new() };
    output::print(&format!("{}: written{ask}\n", file.display()));
    Ok(())
}

/// What a run saw, for blessing.
struct Observer(std::sync::mpsc::Sender<Observation>);

impl Reporter for Observer {
    fn event(&mut self, event: &Event) -> std::io::Result<()> {
        if let Event::Judged { verdict, .. } = event
            && verdict.outcome.is_executed()
        {
            let counting = verdict.findings.iter().filter(|judged| judged.counts);
            let rules = counting.map(|judged| judged.finding.rule.clone()).collect();
            // The receiver outlives the run.
            let _ = self.0.send((verdict.name.target.clone(), verdict.name.subject(), rules));
        }
        Ok(())
    }
}

/// Everything but the cases: what they found is not what a person who blesses wants to read.
struct Errors(Box<dyn Reporter + Send>);

impl Reporter for Errors {
    fn event(&mut self, event: &Event) -> std::io::Result<()> {
        match event {
            Event::Usage(_) | Event::TargetFailed { .. } | Event::Unavailable { .. } => self.0.event(event),
            Event::Began { .. }
            | Event::Building(_)
            | Event::Started(_)
            | Event::Judged { .. }
            | Event::Finished { .. }
            | Event::Ended { .. } => Ok(()),
        }
    }
}
