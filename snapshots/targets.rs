//! Every target under every convention it claims: one test a scenario file.
//!
//! A test fails on an outcome that `expect.toml` does not explain, and on a trace that differs from its snapshot. All tests of a
//! target and a convention share one run, which plays only the scenarios that were asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread::available_parallelism;

use anyhow::{Context as _, Result};
use conformance_snapshots::{harness, text};
use grpc_trace_conformance::expect::Expectations;
use grpc_trace_conformance::report;
use grpc_trace_conformance::run::CaseResult;
use grpc_trace_conformance::scenario::{self, Scenario};
use grpc_trace_conformance::target::{Availability, Claim, Manifest, availability, discover};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

/// Set in CI: a target that cannot be built here fails instead of being shown as unavailable.
const REQUIRE: &str = "CONFORMANCE_REQUIRE";

fn main() -> Result<()> {
    let mut arguments = Arguments::from_args();
    // Half of what a run does is waiting for deadlines to pass.
    arguments.test_threads = arguments.test_threads.or(available_parallelism().ok().map(|cores| 2 * cores.get()));
    let corpus = scenario::corpus()?;
    let runtime = Arc::new(Runtime::new()?);
    let mut runs = Vec::new();
    let found = discover(&root());
    if let Some(error) = found.errors.into_iter().next() {
        return Err(error.into());
    }
    for manifest in found.targets.into_iter().filter(|manifest| manifest.draft.is_none()) {
        // The main variant, which the manifest's reader puts first: older releases are scored by `conformance run`.
        for claim in manifest.variants.first().map(|variant| variant.claims.clone()).unwrap_or_default() {
            runs.push(run_trials(&arguments, corpus, &manifest, claim, &runtime).into_iter());
        }
    }
    // One scenario of each run, and then the next: else all threads would wait for one run, whose tests they have.
    let trials = corpus.iter().flat_map(|_| runs.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>()).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

/// The tests of one target under one convention.
fn run_trials(
    arguments: &Arguments,
    corpus: &[Scenario],
    manifest: &Manifest,
    claim: Claim,
    runtime: &Arc<Runtime>,
) -> Vec<Trial> {
    let name = |scenario: &Scenario| format!("{} {} {}", scenario.id, manifest.name, claim.convention);
    let asked: Vec<String> =
        corpus.iter().filter(|scenario| is_asked_for(arguments, &name(scenario))).map(|s| s.id.clone()).collect();
    let missing = match availability(manifest) {
        Availability::Missing(missing) if std::env::var_os(REQUIRE).is_none() => Some(missing.join(", ")),
        Availability::Missing(_) | Availability::Available => None,
    };
    let names: Vec<_> = corpus.iter().map(name).collect();
    let shared = Arc::new(SharedRun {
        manifest: manifest.clone(),
        claim,
        scenarios: asked,
        runtime: Arc::clone(runtime),
        results: OnceLock::new(),
    });
    corpus
        .iter()
        .zip(names)
        .map(|(scenario, name)| {
            let (shared, scenario) = (Arc::clone(&shared), scenario.clone());
            let trial = Trial::test(name, move || shared.test(&scenario));
            match &missing {
                Some(missing) => trial.with_kind(format!("unavailable: no {missing}")).with_ignored_flag(true),
                None => trial,
            }
        })
        .collect()
}

/// The same choice that libtest-mimic makes.
fn is_asked_for(arguments: &Arguments, name: &str) -> bool {
    let matches = |filter: &String| if arguments.exact { name == filter } else { name.contains(filter.as_str()) };
    arguments.filter.as_ref().is_none_or(matches) && !arguments.skip.iter().any(matches)
}

/// One target under one convention, run when the first of its tests wants a result.
struct SharedRun {
    manifest: Manifest,
    claim: Claim,
    scenarios: Vec<String>,
    runtime: Arc<Runtime>,
    results: OnceLock<Result<BTreeMap<String, Vec<CaseResult>>, String>>,
}

impl SharedRun {
    fn test(&self, scenario: &Scenario) -> Result<(), Failed> {
        let results = self.results.get_or_init(|| self.run().map_err(|error| format!("{error:#}")));
        let results = results.as_ref()?;
        let cases = results.get(&scenario.id).ok_or("the run gave no result for this scenario")?;
        // What nobody takes for its own is wrong whatever was asked for.
        let strangers = results.iter().filter(|(id, _)| !self.scenarios.contains(*id)).flat_map(|(_, cases)| cases);
        let red: Vec<_> = cases.iter().chain(strangers).filter(|case| case.verdict.outcome.is_red()).collect();
        let shown = red.iter().take(3).map(|case| report::describe(&case.verdict, case.evidence.as_deref()));
        if !red.is_empty() {
            let shown: Vec<_> = shown.collect();
            return Err(format!("{} of {} cases, first:\n\n{}", red.len(), cases.len(), shown.join("\n")).into());
        }
        let expectations = Expectations::read(&self.manifest.folder).map_err(|error| error.to_string())?;
        self.compare(&scenario.id, &text(scenario, cases, &expectations, self.manifest.traces_vary.is_some()));
        Ok(())
    }

    fn run(&self) -> Result<BTreeMap<String, Vec<CaseResult>>> {
        let mut harness = harness(&self.manifest, &self.claim)?;
        for scenario in &self.scenarios {
            harness = harness.scenario(scenario);
        }
        let run = self.runtime.block_on(harness.run());
        let results = run.with_context(|| format!("{} did not run", self.manifest.name))?;
        let mut by_scenario: BTreeMap<String, Vec<CaseResult>> = BTreeMap::new();
        for result in results {
            by_scenario.entry(result.verdict.name.scenario.clone()).or_default().push(result);
        }
        Ok(by_scenario)
    }

    fn compare(&self, scenario: &str, text: &str) {
        let mut settings = insta::Settings::clone_current();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("snapshots")
            .join(&self.manifest.name)
            .join(&self.claim.convention);
        settings.set_snapshot_path(folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(scenario.replace('/', "__"), text));
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
