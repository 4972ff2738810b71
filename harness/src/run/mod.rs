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
//!
//! Before that, all cases are played once with the instrumentation off, for the rules that say what it must not change.

mod baseline;
mod by_name;
mod cut;
mod harness;
mod job;
mod launch;
mod plan;
mod select;
mod session;
mod side_by_side;
mod turns;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio::task::JoinSet;

pub use baseline::Baseline;
pub use harness::{CaseResult, Harness, HarnessError};
pub use launch::{Attached, Launch, SERVICE_NAME, settings};
pub use plan::Mint;
pub use select::{Choice, Selected, SelectedRun, possible, select, subjects};

use crate::report::{Event, Sink, Tally};
use crate::target::{self, Availability, Bare, Failure, availability};
use crate::verdict::{Circumstances, Exit};
use job::{How, Job};
use turns::Turns;

/// How a run is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Targets at work at a time. Those that only wait do not count.
    pub jobs: usize,
    /// Cases at a time on one target. Those that only wait for a deadline do not count.
    pub concurrency: usize,
    /// A violated SHOULD fails.
    pub strict: bool,
    /// An unavailable target fails.
    pub require: bool,
    /// Whether each case is played with the instrumentation off too, for the rules of what it must not change.
    pub compared: bool,
}

impl Default for Options {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        // Half of what a run does is waiting for deadlines to pass.
        let jobs = 2 * cores;
        Self { jobs, concurrency: 16, strict: false, require: false, compared: true }
    }
}

/// Runs what was selected, tells all that happens, and says what it comes to.
pub async fn run(selected: Selected, options: Options, sink: &Sink) -> (Tally, Exit) {
    let Selected { mut runs, errors, .. } = selected;
    // The slowest to start are the slowest altogether: begun last, they would be waited for alone.
    runs.sort_by_key(|run| Reverse(run.manifest.limits.start));
    let how = How {
        concurrency: options.concurrency.max(1),
        instrumented: true,
        mint: Arc::new(Mint::new()),
        sink: sink.clone(),
        turns: Turns::new(options.jobs.max(1)),
    };
    let compared = if options.compared { runs.as_slice() } else { &[] };
    let once =
        Once { builds: OncePer::of(runs.iter().map(variant_of)), baselines: OncePer::of(compared.iter().map(bare_of)) };
    let once = Arc::new(once);
    let jobs: Vec<_> = runs.iter().enumerate().map(|(rank, run)| run.job(rank, options.strict)).collect();
    sink.send(Event::Began { planned: jobs.iter().map(Job::planned).sum(), runs: jobs.len() as u64 });
    errors.into_iter().for_each(|error| sink.send(Event::Usage(error)));
    let mut running = JoinSet::new();
    for (run, job) in runs.into_iter().zip(jobs) {
        let (once, how) = (Arc::clone(&once), how.clone());
        running.spawn(async move { run_job(&run, &job, &once, &how).await });
    }
    // Panics where one of them did.
    running.join_all().await;
    let tally = sink.tally();
    let circumstances = Circumstances { require: options.require, ..tally.circumstances };
    let exit = Exit::of(&tally.totals, circumstances);
    sink.send(Event::Ended { totals: tally.totals, exit });
    (tally, exit)
}

async fn run_job(run: &SelectedRun, job: &Job, once: &Once, how: &How) {
    if run.attached.is_some() {
        return job.run(how, &Baseline::default()).await;
    }
    if let Availability::Missing(missing) = availability(&run.manifest) {
        let why = format!("the target is unavailable: no {} on PATH", missing.join(", "));
        how.sink.send(Event::Unavailable { run: job.name.clone(), missing });
        return job.refuse(how, &why);
    }
    if let Err(failure) = once.build(run, job, how).await {
        let why = failure.to_string();
        how.sink.send(Event::TargetFailed { run: job.name.clone(), error: job.error(failure) });
        return job.refuse(how, &why);
    }
    let baseline = once.baseline(run, job, how).await.unwrap_or_else(|failure| {
        how.sink.send(Event::TargetFailed { run: job.name.clone(), error: job.error(failure) });
        Baseline::default()
    });
    job.run(how, &baseline).await;
}

/// What is done once for several runs, in the turn of the run that comes to it first.
struct Once {
    /// One for each variant, by however many conventions it is judged.
    builds: OncePer<(String, String), ()>,
    /// One for each program that is left when the instrumentation is off. Of none, if nothing is to be compared.
    baselines: OncePer<(String, Bare), Baseline>,
}

struct OncePer<K, T>(BTreeMap<K, OnceCell<Result<T, Failure>>>);

impl<K: Ord, T> OncePer<K, T> {
    fn of(keys: impl Iterator<Item = K>) -> Self {
        Self(keys.map(|key| (key, OnceCell::new())).collect())
    }

    fn cell(&self, key: &K) -> Option<&OnceCell<Result<T, Failure>>> {
        self.0.get(key)
    }
}

fn variant_of(run: &SelectedRun) -> (String, String) {
    (run.manifest.name.clone(), run.variant.name.clone())
}

fn bare_of(run: &SelectedRun) -> (String, Bare) {
    (run.manifest.name.clone(), run.variant.bare(&run.manifest.off))
}

impl Once {
    async fn build(&self, run: &SelectedRun, job: &Job, how: &How) -> Result<(), Failure> {
        let Some(cell) = self.builds.cell(&variant_of(run)) else { return Ok(()) };
        let build = async {
            let _turn = how.turns.take(job.rank).await;
            how.sink.send(Event::Building(job.name.clone()));
            target::build(&run.manifest, &run.variant).await
        };
        cell.get_or_init(|| build).await.clone()
    }

    async fn baseline(&self, run: &SelectedRun, job: &Job, how: &How) -> Result<Baseline, Failure> {
        let Some(cell) = self.baselines.cell(&bare_of(run)).filter(|_| job.launch.can_be_off()) else {
            return Ok(Baseline::default());
        };
        let play = async {
            let _turn = how.turns.take(job.rank).await;
            Baseline::play(job, how).await
        };
        cell.get_or_init(|| play).await.clone()
    }
}
