//! Real transcripts, and the evidence that the oracle makes of them.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use conformance_kit::in_process::{Bare, Instrumentation, Settings};
use grpc_trace_conformance::convention::{self, Convention};
use grpc_trace_conformance::evidence::{Capture, Evidence, VERSION};
use grpc_trace_conformance::oracle::{self, Expected};
use grpc_trace_conformance::report;
use grpc_trace_conformance::rules::{self, Finding};
use grpc_trace_conformance::run::{CaseResult, Harness};
use grpc_trace_conformance::scenario::Plan;
use grpc_trace_conformance::target::Capabilities;
use grpc_trace_conformance::trace::Trace;
use grpc_trace_conformance::transcript::Transcript;
use opentelemetry_sdk::trace::SdkTracerProvider;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// What became of a case when nobody watched.
#[derive(Debug, Clone)]
pub(crate) struct Take {
    pub(crate) plan: Plan,
    pub(crate) transcript: Transcript,
}

/// The conventions that come with the harness.
pub(crate) fn conventions() -> &'static [Arc<Convention>] {
    convention::builtin().unwrap()
}

/// The corpus, played once for all tests on a target without instrumentation.
pub(crate) fn corpus() -> &'static [Take] {
    static ALL: OnceLock<Vec<Take>> = OnceLock::new();
    ALL.get_or_init(|| {
        let results = runtime().block_on(bare().concurrency(64).run()).unwrap();
        results.into_iter().filter_map(take).collect()
    })
}

/// The kit without instrumentation, which can do all that any script asks of it but retry.
pub(crate) fn bare() -> Harness {
    let target = |_: &SdkTracerProvider, _: &Settings| Ok(Arc::new(Bare) as Arc<dyn Instrumentation>);
    let can = |all: &[&str]| all.iter().copied().map(String::from).collect();
    let capabilities = Capabilities {
        flush: true,
        ledger: true,
        styles: can(&["async"]),
        failures: can(&["error", "panic"]),
        ..Capabilities::default()
    };
    Harness::in_process("bare", target).capabilities(capabilities).uninstrumented()
}

pub(crate) fn take(result: CaseResult) -> Option<Take> {
    // The strangers are no case.
    let evidence = result.evidence.filter(|evidence| !evidence.plan.script.calls.is_empty())?;
    Some(Take { plan: evidence.plan.clone(), transcript: evidence.transcript.clone() })
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The evidence of a perfect instrumentation, and which end each of its spans stands for.
pub(crate) fn perfect(take: &Take, convention: &Arc<Convention>) -> (Evidence, Expected) {
    let mut expected = oracle::expect(&take.plan, &take.transcript, convention);
    place_in_time(&mut expected.trace, &take.transcript);
    let capture = Capture { complete: true, ledger: true, open: Vec::new() };
    let evidence = Evidence {
        version: VERSION,
        plan: take.plan.clone(),
        transcript: expected.transcript.clone(),
        trace: expected.trace.clone(),
        capture,
        convention: Arc::clone(convention),
        baseline: None,
    };
    (evidence, expected)
}

/// The oracle knows no clock: its spans are moved to where the first call began.
fn place_in_time(trace: &mut Trace, transcript: &Transcript) {
    let times = transcript.calls.values().flat_map(|record| {
        let client = record.client.iter().filter_map(|client| client.times);
        client.chain(record.server.iter().filter_map(|server| server.times))
    });
    let begun = times.map(|times| times.begun_ns).min();
    let first = trace.spans.iter().map(|span| span.start_ns).min();
    let Some(later) = begun.zip(first).map(|(begun, first)| begun.saturating_sub(first)) else { return };
    for span in &mut trace.spans {
        span.start_ns += later;
        span.end_ns += later;
        span.events.iter_mut().for_each(|event| event.time_ns += later);
    }
}

/// Everything that a person needs to see what is wrong: the findings, and the trace in the notation.
pub(crate) fn describe(evidence: &Evidence, findings: &[Finding]) -> String {
    let mut text = format!("{} by {}\n", evidence.plan.case_id(), evidence.convention.id);
    for finding in findings {
        let call = finding.place.call.as_deref().unwrap_or("-");
        writeln!(text, "{} of call {call}: {}", finding.rule, finding.message).unwrap();
    }
    text + &report::trace(evidence, findings)
}

pub(crate) fn judge(evidence: &Evidence) -> Vec<Finding> {
    rules::judge(evidence)
}

/// A runner whose cases are the same in every run: a failure in CI is one here.
pub(crate) fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}
