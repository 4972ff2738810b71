//! Running the faults.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::{StreamExt as _, stream};
use grpc_trace_conformance::run::{Baseline, Harness};
use grpc_trace_conformance::scenario::{self, Case, Scenario};
use grpc_trace_conformance::target::Limits;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tonic_trace_faulty::{Faulty, VARIABLE, Variant, variants};

/// How long a case may take: some faults make calls hang, and a case takes milliseconds otherwise, or what its deadlines
/// say, which is up to two seconds.
const CASE_LIMIT: Duration = Duration::from_secs(10);

/// On how many threads faults are played and judged, each with a runtime of its own: both ends of a call wake one another without a
/// change of threads, which saves a seventh of the processor time.
const LANES: usize = 2;

/// The classes in which some faults make calls hang.
const HANG: [&str; 2] = ["rpc/", "context/"];

/// What was found of one fault.
pub(crate) struct Found {
    pub(crate) variant: Variant,
    /// Each rule that spoke, with the first case in which it did and what it said.
    pub(crate) rules: BTreeMap<String, String>,
    /// How many cases were judged.
    pub(crate) cases: usize,
    /// The cases that could not be run to their end.
    pub(crate) stuck: Vec<String>,
}

/// Runs every fault whose id contains `only`, several at a time, and tells of each in the order of the catalogue.
pub(crate) async fn run(only: Option<&str>, jobs: usize, tell: impl Fn(&Found)) -> Result<Vec<Found>> {
    let corpus = scenario::corpus()?;
    let wanted = variants().into_iter().filter(|variant| only.is_none_or(|only| variant.id().contains(only)));
    let wanted: Vec<_> = wanted.collect();
    ensure!(!wanted.is_empty(), "there is no fault whose id contains {:?}", only.unwrap_or_default());
    // A pattern that selects nothing is better found before minutes have passed.
    let mut planned: Vec<_> = plan(wanted, corpus)?.into_iter().enumerate().collect();
    // Calls that hang take ten seconds and nobody's core: at the end they would be all that runs.
    planned.sort_by_cached_key(|(_, (variant, _))| !HANG.iter().any(|class| variant.id().starts_with(class)));
    // Without instrumentation there is no fault either: what happens then is the same whichever is chosen.
    let (_, (first, _)) = &planned[0];
    let baseline = Harness::in_process("rust/faulty", Faulty::new(first)).baseline().await?;
    let (queue, (done, mut results)) = (Arc::new(Mutex::new(planned.into_iter())), mpsc::unbounded_channel());
    let mut lanes = JoinSet::new();
    let count = LANES.min(jobs.max(1));
    for place in 0..count {
        let (queue, baseline, done) = (Arc::clone(&queue), baseline.clone(), done.clone());
        // All lanes together have so many jobs.
        let jobs = (jobs.max(1) + place) / count;
        lanes.spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(lane(queue, baseline, jobs, done));
            anyhow::Ok(())
        });
    }
    drop(done);
    let (mut early, mut told) = (BTreeMap::new(), Vec::new());
    while let Some(found) = results.recv().await {
        let (place, found) = found?;
        early.insert(place, found);
        while let Some(found) = early.remove(&told.len()) {
            tell(&found);
            told.push(found);
        }
    }
    // The faults of a lane that panicked are not there, which must not pass for all of them.
    while let Some(lane) = lanes.join_next().await {
        lane??;
    }
    Ok(told)
}

/// Faults with their places in the catalogue.
type Queue = Arc<Mutex<std::vec::IntoIter<(usize, Planned)>>>;

/// A fault, and the cases that can show it.
type Planned = (Variant, Arc<[Case]>);

/// Takes faults from the queue as long as there are any, so many at a time: one that makes calls hang must not keep the
/// others waiting.
async fn lane(queue: Queue, baseline: Baseline, jobs: usize, done: mpsc::UnboundedSender<Result<(usize, Found)>>) {
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let running = std::iter::from_fn(next).map(|(place, (variant, cases))| {
        let baseline = baseline.clone();
        async move { run_one(variant, cases, baseline).await.map(|found| (place, found)) }
    });
    let mut running = pin!(stream::iter(running).buffer_unordered(jobs));
    while let Some(found) = running.next().await {
        // Nobody listens any more if another fault could not be run at all.
        let Ok(()) = done.send(found) else { return };
    }
}

/// Gives each fault the cases that can show it. Most share them, and there are too many to give each its own.
fn plan(variants: Vec<Variant>, corpus: &[Scenario]) -> Result<Vec<Planned>> {
    let mut selected: BTreeMap<&[&str], Arc<[Case]>> = BTreeMap::new();
    let mut planned = Vec::new();
    for variant in variants {
        let cases = match selected.entry(variant.fault.only) {
            Entry::Occupied(present) => Arc::clone(present.get()),
            Entry::Vacant(place) => {
                let patterns: Vec<String> = place.key().iter().map(|pattern| (*pattern).to_owned()).collect();
                let cases = scenario::select(corpus, &patterns).with_context(|| variant.id())?;
                Arc::clone(place.insert(cases.into_iter().cloned().collect()))
            }
        };
        planned.push((variant, cases));
    }
    Ok(planned)
}

async fn run_one(variant: Variant, cases: Arc<[Case]>, baseline: Baseline) -> Result<Found> {
    let opt_in = match variant.convention {
        // gRPC's own tracing knows nothing of the opt-in.
        "rpc-1.38" | "a72" => "",
        "rpc-1.39" => "rpc",
        "rpc-next" => "rpc/next",
        "rpc-dup" => "rpc/dup",
        other => anyhow::bail!("{}: {other} is no convention of the reference's", variant.id()),
    };
    let harness = if variant.fault.is_process {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets/rust/faulty");
        Harness::process(folder, "")?
    } else {
        let limits = Limits { case: CASE_LIMIT, ..Limits::default() };
        Harness::in_process("rust/faulty", Faulty::new(&variant)).limits(limits)
    };
    // A process takes the environment of its convention, and these on top.
    let harness = harness
        .convention(variant.convention)
        .environment("OTEL_SEMCONV_STABILITY_OPT_IN", opt_in)
        .environment(VARIABLE, &variant.id())
        .against(baseline)
        .strict();
    let harness = if variant.fault.is_alone { harness.concurrency(1) } else { harness };
    let mut found = Found { variant, rules: BTreeMap::new(), cases: 0, stuck: Vec::new() };
    let verdicts = match harness.judge_cases(cases).await {
        Ok(verdicts) => verdicts,
        // One fault that does not run is no reason to know nothing of the others.
        Err(error) => {
            found.stuck.push(error.to_string());
            return Ok(found);
        }
    };
    for verdict in verdicts {
        found.cases += usize::from(verdict.outcome.is_executed());
        if verdict.outcome.is_red() && !verdict.outcome.is_executed() {
            found.stuck.push(format!("{}: {}", verdict.name.id(), verdict.why.clone().unwrap_or_default()));
        }
        for judged in verdict.findings {
            let example = || format!("{}: {}", verdict.name.id(), judged.finding.message);
            found.rules.entry(judged.finding.rule.clone()).or_insert_with(example);
        }
    }
    Ok(found)
}
