//! A run: the one place where scenarios, targets, driver, capture, rules, expectations and events meet.
//!
//! [`select`](fn@select) says what is to be run, [`run`](fn@run) runs it. What goes wrong for one case, or with one target, leaves all others
//! as they are: every selected case gets a verdict, and everything else is an event of its own.
//!
//! # How a target's cases are played
//!
//! All cases of a target are played at the same time on one process, each with trace ids of its own, and their spans are
//! waited for once. Then those are played whose spans could be told by nobody else's being there: each alone, with a wait
//! of its own. If the target dies, everything that has no verdict yet is played again on a new process, those cases that
//! were under way one by one, so that the case which kills it is the only one that suffers. That is no second chance: a case with
//! a verdict is never played again.

mod cut;
mod harness;
mod job;
mod launch;
mod plan;
mod select;
mod session;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::OnceCell;

pub use harness::{CaseResult, Harness, HarnessError};
pub use launch::{Attached, Launch, SERVICE_NAME, settings};
pub use plan::Mint;
pub use select::{Choice, Selected, SelectedRun, possible, select};

use crate::report::{Event, Sink, Tally};
use crate::target::{self, Availability, Failure, availability};
use crate::verdict::{Circumstances, Exit};
use job::{How, Job};

/// How a run is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Targets at a time.
    pub jobs: usize,
    /// Cases at a time on one target.
    pub concurrency: usize,
    /// A violated SHOULD fails.
    pub strict: bool,
    /// An unavailable target fails.
    pub require: bool,
    /// Whether the targets' instrumentation is on. Off, nothing is judged: what is asked for is the transcripts.
    pub instrumented: bool,
}

impl Default for Options {
    fn default() -> Self {
        let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { jobs, concurrency: 16, strict: false, require: false, instrumented: true }
    }
}

/// Runs what was selected, tells all that happens, and says what it comes to.
pub async fn run(selected: Selected, options: Options, sink: &Sink) -> (Tally, Exit) {
    let how = How {
        concurrency: options.concurrency.max(1),
        instrumented: options.instrumented,
        mint: Arc::new(Mint::new()),
        sink: sink.clone(),
    };
    let builds = Builds::default();
    let jobs: Vec<_> = selected.runs.iter().map(|run| (run, run.job(options.strict))).collect();
    let planned = jobs.iter().map(|(_, job)| job.planned()).sum();
    sink.send(Event::Began { planned, runs: jobs.len() as u64 });
    selected.errors.into_iter().for_each(|error| sink.send(Event::Usage(error)));
    let builds = builds.of(&selected.runs);
    stream::iter(&jobs).for_each_concurrent(options.jobs.max(1), |(run, job)| run_job(run, job, &builds, &how)).await;
    let tally = sink.tally();
    let circumstances = Circumstances { require: options.require, ..tally.circumstances };
    let exit = Exit::of(&tally.totals, circumstances);
    sink.send(Event::Ended { totals: tally.totals, exit });
    (tally, exit)
}

async fn run_job(run: &SelectedRun, job: &Job, builds: &Builds, how: &How) {
    if run.attached.is_some() {
        return job.run(how).await;
    }
    if let Availability::Missing(missing) = availability(&run.manifest) {
        let why = format!("the target is unavailable: no {} on PATH", missing.join(", "));
        how.sink.send(Event::Unavailable { run: job.name.clone(), missing });
        return job.refuse(how, &why);
    }
    how.sink.send(Event::Building(job.name.clone()));
    match builds.build(run).await {
        Ok(()) => job.run(how).await,
        Err(failure) => {
            let why = failure.to_string();
            how.sink.send(Event::TargetFailed { run: job.name.clone(), error: job.error(failure) });
            job.refuse(how, &why);
        }
    }
}

/// Builds, each of them made once, however many runs need it.
#[derive(Default)]
struct Builds(BTreeMap<(String, String), OnceCell<Result<(), Failure>>>);

impl Builds {
    fn of(mut self, runs: &[SelectedRun]) -> Self {
        self.0.extend(runs.iter().map(|run| (Self::key(run), OnceCell::new())));
        self
    }

    async fn build(&self, run: &SelectedRun) -> Result<(), Failure> {
        match self.0.get(&Self::key(run)) {
            Some(cell) => cell.get_or_init(|| target::build(&run.manifest, &run.variant)).await.clone(),
            None => target::build(&run.manifest, &run.variant).await,
        }
    }

    fn key(run: &SelectedRun) -> (String, String) {
        (run.manifest.name.clone(), run.variant.name.clone())
    }
}
