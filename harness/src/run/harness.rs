//! The harness for a Rust developer: from a test, against a target in the same process or any other.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use conformance_kit::in_process;

use super::baseline::Baseline;
use super::job::{How, Job};
use super::launch::{Attached, Launch, settings};
use super::plan::Mint;
use super::turns::Turns;
use crate::convention::{self, Convention};
use crate::evidence::Evidence;
use crate::expect::Expectations;
use crate::report::{Event, RunName, Sink};
use crate::scenario::{self, Case};
use crate::target::{Capabilities, Limits, Manifest, TargetError, Variant, build};
use crate::transcript::MetadataOf;
use crate::usage::UsageError;
use crate::verdict::Verdict;

/// Runs scenarios against one target.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use conformance_kit::in_process::{Bare, Instrumentation, Settings};
/// # use grpc_trace_conformance::run::Harness;
/// # use opentelemetry_sdk::trace::SdkTracerProvider;
/// #[tokio::test(flavor = "multi_thread")]
/// async fn my_layer_traces_as_the_conventions_say() {
///     let target = |provider: &SdkTracerProvider, settings: &Settings| {
///         Ok(Arc::new(Bare) as Arc<dyn Instrumentation>)
///     };
///     let results = Harness::in_process("my-layer", target).convention("rpc-1.39").scenario("unary").run().await.unwrap();
///     results.iter().for_each(|result| result.assert_pass());
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Harness {
    name: String,
    variant: String,
    launch: Launch,
    build: Option<(Arc<Manifest>, Variant)>,
    convention: String,
    scenarios: Vec<String>,
    strict: bool,
    expectations: Expectations,
    concurrency: usize,
    instrumented: bool,
    baseline: Baseline,
}

/// Why nothing was judged.
#[derive(Debug, thiserror::Error)]
pub enum HarnessError {
    /// What was asked for means nothing.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The target did something wrong as a program.
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// What came of one case.
#[derive(Debug, Clone)]
pub struct CaseResult {
    /// The verdict.
    pub verdict: Verdict,
    /// What it was judged by; absent if the case was not executed.
    pub evidence: Option<Arc<Evidence>>,
}

impl CaseResult {
    /// Panics, with the whole report of the case, unless nothing is wrong with it that was not expected, or it is not
    /// applicable.
    #[track_caller]
    pub fn assert_pass(&self) {
        assert!(!self.verdict.outcome.is_red(), "{}", crate::report::describe(&self.verdict, self.evidence.as_deref()));
    }
}

impl Harness {
    /// Against an instrumentation inside this process. It can flush, keeps a ledger, and fails by `error` and `panic`.
    pub fn in_process(name: impl Into<String>, target: impl in_process::Target + 'static) -> Self {
        let failures = ["error", "panic"].map(String::from).into();
        let asked = target.captures();
        let captures = [(MetadataOf::Request, asked.request), (MetadataOf::Response, asked.response)];
        let captures = captures.into_iter().filter_map(|(of, asked)| asked.then_some(of)).collect();
        let capabilities = Capabilities { flush: true, ledger: true, failures, captures, ..Capabilities::default() };
        let (target, settings, limits) = (Arc::new(target), in_process::Settings::default(), Limits::default());
        Self::new(name.into(), Launch::InProcess { target, settings, capabilities, limits })
    }

    /// Against a target's process.
    ///
    /// # Errors
    ///
    /// If the manifest in the folder cannot be read, or has no variant of this name (empty: the main one).
    pub fn process(folder: impl Into<PathBuf>, variant: &str) -> Result<Self, UsageError> {
        let folder = folder.into();
        let manifest = Arc::new(Manifest::read(&folder)?);
        let found = manifest.variants.iter().find(|other| other.name == variant).cloned();
        let missing = || UsageError::of_file(&folder, format!("the target has no variant `{variant}`"));
        let variant = found.ok_or_else(missing)?;
        let claim = variant.claims.first().cloned().expect("the manifest's reader wants one");
        let launch =
            Launch::Process { manifest: Arc::clone(&manifest), variant: variant.clone(), claim: claim.clone() };
        let mut harness = Self::new(manifest.name.clone(), launch).convention(claim.convention);
        harness.expectations = Expectations::read(&folder)?;
        harness.strict = manifest.strict;
        harness.variant.clone_from(&variant.name);
        harness.build = Some((manifest, variant));
        Ok(harness)
    }

    /// Against a program that runs already. What it can do is told by [`capabilities`](Self::capabilities); it has no control.
    pub fn attached(name: impl Into<String>, to: Attached) -> Self {
        let capabilities = Attached::capabilities(&Capabilities::default());
        Self::new(name.into(), Launch::Attached { capabilities, limits: Limits::default(), to })
    }

    fn new(name: String, launch: Launch) -> Self {
        Self {
            name,
            variant: String::new(),
            launch,
            build: None,
            convention: "rpc-1.39".into(),
            scenarios: Vec::new(),
            strict: false,
            expectations: Expectations::default(),
            concurrency: 16,
            instrumented: true,
            baseline: Baseline::default(),
        }
    }

    /// By which convention it is judged. A process is told by what its manifest says, a target inside this process by
    /// [`environment`](Self::environment).
    #[must_use]
    pub fn convention(mut self, id: impl Into<String>) -> Self {
        self.convention = id.into();
        if let Launch::Process { variant, claim, .. } = &mut self.launch
            && let Some(found) = variant.claims.iter().find(|claim| claim.convention == self.convention)
        {
            *claim = found.clone();
        }
        self
    }

    /// What a user would set in the environment: `OTEL_SEMCONV_STABILITY_OPT_IN`, for example.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        match &mut self.launch {
            Launch::InProcess { settings: present, .. } => {
                let mut environment = present.environment.clone();
                environment.insert(name.into(), value.into());
                *present = settings(&environment);
            }
            Launch::Process { claim, .. } => drop(claim.env.insert(name.into(), value.into())),
            // It has its environment.
            Launch::Attached { .. } => {}
        }
        self
    }

    /// Runs the cases that this pattern selects, and those of other calls of this. Without any call, all cases are run.
    #[must_use]
    pub fn scenario(mut self, pattern: impl Into<String>) -> Self {
        self.scenarios.push(pattern.into());
        self
    }

    /// A violated SHOULD fails too.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// What is known of the target.
    #[must_use]
    pub fn expect(mut self, expectations: Expectations) -> Self {
        self.expectations = expectations;
        self
    }

    /// How many cases are played at a time. Those that only wait for a deadline do not count, unless it is one at a time.
    #[must_use]
    pub fn concurrency(mut self, cases: usize) -> Self {
        self.concurrency = cases.max(1);
        self
    }

    /// What a target inside this process, or one that runs already, can do.
    #[must_use]
    pub fn capabilities(mut self, can: Capabilities) -> Self {
        match &mut self.launch {
            Launch::InProcess { capabilities, .. } => *capabilities = can,
            Launch::Attached { capabilities, .. } => *capabilities = Attached::capabilities(&can),
            Launch::Process { .. } => {}
        }
        self
    }

    /// How long things may take, of a target inside this process or one that runs already: a process has a manifest.
    #[must_use]
    pub fn limits(mut self, new: Limits) -> Self {
        match &mut self.launch {
            Launch::InProcess { limits, .. } | Launch::Attached { limits, .. } => *limits = new,
            Launch::Process { .. } => {}
        }
        self
    }

    /// Switches the target's instrumentation off. Then nothing is judged: what is asked for is the evidence.
    #[must_use]
    pub fn uninstrumented(mut self) -> Self {
        self.instrumented = false;
        self
    }

    /// Compares each case with what it was with the instrumentation off, which must not change the call.
    #[must_use]
    pub fn against(mut self, baseline: Baseline) -> Self {
        self.baseline = baseline;
        self
    }

    /// Plays what was selected with the target's instrumentation off, for [`against`](Self::against).
    ///
    /// # Errors
    ///
    /// If the target cannot be run without instrumentation.
    pub async fn baseline(&self) -> Result<Baseline, HarnessError> {
        let job = self.job(Self::select(&self.scenarios)?)?;
        self.build(&job).await?;
        let played = Baseline::play(&job, &self.how(Sink::new(|_| {}))).await;
        played.map_err(|failure| job.error(failure).into())
    }

    /// Runs what was selected from the scenarios that come with the harness. In the order of the corpus; the case of the
    /// strangers is last.
    ///
    /// # Errors
    ///
    /// If nothing could be judged. A case that could not run is no error: it is a result.
    pub async fn run(&self) -> Result<Vec<CaseResult>, HarnessError> {
        self.run_cases(Self::select(&self.scenarios)?).await
    }

    /// Runs these cases: a generator's, for example.
    ///
    /// # Errors
    ///
    /// If nothing could be judged. A case that could not run is no error: it is a result.
    pub async fn run_cases(&self, cases: Arc<[Case]>) -> Result<Vec<CaseResult>, HarnessError> {
        self.collect(cases, Collected::default()).await
    }

    /// As [`run_cases`](Self::run_cases), but lets go of the evidence once it is judged, which is nearly all that a run holds.
    ///
    /// # Errors
    ///
    /// If nothing could be judged. A case that could not run is no error: it has its verdict.
    pub async fn judge_cases(&self, cases: Arc<[Case]>) -> Result<Vec<Verdict>, HarnessError> {
        let collected = Collected { only_verdicts: true, ..Collected::default() };
        Ok(self.collect(cases, collected).await?.into_iter().map(|result| result.verdict).collect())
    }

    async fn collect(&self, cases: Arc<[Case]>, collected: Collected) -> Result<Vec<CaseResult>, HarnessError> {
        let job = self.job(Arc::clone(&cases))?;
        self.build(&job).await?;
        let collected = Arc::new(Mutex::new(collected));
        let into = Arc::clone(&collected);
        let sink = Sink::new(move |event| into.lock().unwrap_or_else(PoisonError::into_inner).add(event));
        job.run(&self.how(sink), &self.baseline).await;
        let mut collected = std::mem::take(&mut *collected.lock().unwrap_or_else(PoisonError::into_inner));
        let executed = collected.results.iter().any(|result| result.verdict.outcome.is_executed());
        match collected.error {
            Some(error) if !executed => Err(error.into()),
            _ => {
                let places: HashMap<String, usize> = cases.iter().map(Case::id).zip(0..).collect();
                let place = |result: &CaseResult| places.get(&result.verdict.name.id()).copied().unwrap_or(usize::MAX);
                collected.results.sort_by_cached_key(place);
                Ok(collected.results)
            }
        }
    }

    fn select(patterns: &[String]) -> Result<Arc<[Case]>, UsageError> {
        let bug = |error: &dyn std::fmt::Display| UsageError::new(error.to_string());
        let corpus = scenario::corpus().map_err(|error| bug(&error))?;
        let cases = scenario::select(corpus, patterns).map_err(|error| bug(&error))?;
        Ok(cases.into_iter().cloned().collect())
    }

    async fn build(&self, job: &Job) -> Result<(), TargetError> {
        let Some((manifest, variant)) = &self.build else { return Ok(()) };
        build(manifest, variant).await.map_err(|failure| job.error(failure))
    }

    fn how(&self, sink: Sink) -> How {
        How {
            concurrency: self.concurrency,
            instrumented: self.instrumented,
            mint: Arc::new(Mint::new()),
            sink,
            turns: Turns::new(1),
        }
    }

    fn job(&self, cases: Arc<[Case]>) -> Result<Job, UsageError> {
        Ok(Job {
            name: RunName {
                target: self.name.clone(),
                variant: self.variant.clone(),
                convention: self.convention.clone(),
            },
            rank: 0,
            launch: self.launch.clone(),
            convention: find_convention(&self.convention)?,
            expectations: Arc::new(self.expectations.clone()),
            strict: self.strict,
            cases,
            is_whole: false,
        })
    }
}

fn find_convention(id: &str) -> Result<Arc<Convention>, UsageError> {
    let conventions = convention::builtin().map_err(|error| UsageError::new(error.to_string()))?;
    let unknown = || {
        let known: Vec<_> = conventions.iter().map(|convention| convention.id.as_str()).collect();
        UsageError::new(format!("there is no convention `{id}`: there are {}", known.join(", ")))
    };
    conventions.iter().find(|convention| convention.id == id).map(Arc::clone).ok_or_else(unknown)
}

#[derive(Default)]
struct Collected {
    results: Vec<CaseResult>,
    error: Option<TargetError>,
    only_verdicts: bool,
}

impl Collected {
    fn add(&mut self, event: Event) {
        match event {
            Event::Judged { verdict, evidence } => {
                let evidence = evidence.filter(|_| !self.only_verdicts);
                self.results.push(CaseResult { verdict: *verdict, evidence });
            }
            Event::TargetFailed { error, .. } => drop(self.error.get_or_insert(error)),
            Event::Began { .. }
            | Event::Usage(_)
            | Event::Building(_)
            | Event::Started(_)
            | Event::Unavailable { .. }
            | Event::Finished { .. }
            | Event::Ended { .. } => {}
        }
    }
}
