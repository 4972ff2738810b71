//! The reference's whole suite, again and again: the same verdicts and the same traces each time, also on a machine that has
//! no core to spare. `cargo ci soak` runs it.

// Its output is what it is for.
#![expect(clippy::print_stdout, reason = "progress and the count at the end are printed as they come")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use conformance_snapshots::{REFERENCE, harness, text};
use grpc_trace_conformance::expect::Expectations;
use grpc_trace_conformance::report;
use grpc_trace_conformance::run::Harness;
use grpc_trace_conformance::scenario::{self, Scenario};
use grpc_trace_conformance::target::Manifest;

/// Runs the reference's suite again and again, half of the times with all cores busy.
#[derive(Parser)]
struct Arguments {
    /// How often.
    #[arg(long, default_value_t = 1000)]
    runs: usize,
}

fn main() -> Result<()> {
    let runs = Arguments::parse().runs;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets").join(REFERENCE);
    let manifest = Manifest::read(&folder)?;
    let corpus = scenario::corpus()?;
    let claims = &manifest.variants.first().context("the reference has a main variant")?.claims;
    let suites: Vec<_> = claims.iter().map(|claim| harness(&manifest, claim)).collect::<Result<_>>()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut first: BTreeMap<usize, Suite> = BTreeMap::new();
    let mut cases = 0;
    let begun = Instant::now();
    for run in 0..runs {
        // Both halves go through all conventions.
        let (which, busy) = (run % suites.len(), run >= runs / 2);
        let load = busy.then(Load::begin);
        let suite = runtime.block_on(play(&suites[which], corpus))?;
        drop(load);
        cases += suite.cases;
        ensure!(suite.red.is_empty(), "run {run}: of {} cases are red:\n{}", suite.cases, suite.red.join("\n"));
        let known = first.entry(which).or_insert_with(|| suite.clone());
        for (scenario, seen) in &suite.texts {
            let before = known.texts.get(scenario).context("every run plays every scenario")?;
            ensure!(seen == before, "run {run}: {scenario} differs\n--- before\n{before}\n--- now\n{seen}");
        }
        if run == 0 || (run + 1) % 50 == 0 {
            println!("{} runs, {:.0} s, {} KiB resident", run + 1, begun.elapsed().as_secs_f64(), resident_kib()?);
        }
    }
    println!("{runs} runs, {cases} cases, half of the runs with all cores busy: no finding and no difference");
    Ok(())
}

/// What one run comes to.
#[derive(Clone)]
struct Suite {
    cases: usize,
    /// What is told of each case that is red.
    red: Vec<String>,
    /// By scenario, as in the snapshots.
    texts: BTreeMap<String, String>,
}

async fn play(harness: &Harness, corpus: &[Scenario]) -> Result<Suite> {
    let results = harness.run().await?;
    let red = results.iter().filter(|result| result.verdict.outcome.is_red());
    let red = red.map(|result| report::describe(&result.verdict, result.evidence.as_deref())).collect();
    let mut by_scenario = BTreeMap::<_, Vec<_>>::new();
    let cases = results.len();
    for result in results {
        by_scenario.entry(result.verdict.name.scenario.clone()).or_default().push(result);
    }
    let texts = corpus.iter().filter_map(|scenario| {
        let cases = by_scenario.get(&scenario.id)?;
        Some((scenario.id.clone(), text(scenario, cases, &Expectations::default(), false)))
    });
    Ok(Suite { cases, red, texts: texts.collect() })
}

/// Keeps all cores busy for as long as it lives.
struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Load {
    fn begin() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let spin = |_| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        };
        Self { threads: (0..cores).map(spin).collect(), stop }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().expect("a thread that only spins does not panic");
        }
    }
}

/// The memory of this process, by the kernel's account.
fn resident_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()).context("the kernel tells VmRSS")?;
    Ok(number.parse()?)
}
