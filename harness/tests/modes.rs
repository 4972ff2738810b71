//! A target gives the same evidence inside this process as it does as a process of its own.

use std::collections::BTreeMap;
use std::path::Path;

use grpc_trace_conformance::report::{describe, trace};
use grpc_trace_conformance::run::{CaseResult, Harness};
use tonic_trace_reference::conformance::Reference;

const SCENARIOS: [&str; 6] = [
    "unary/ok",
    "unary/manual-span",
    "relay/chain",
    "status/server/*/NOT_FOUND",
    "cancel/mid-stream",
    "failure/unknown-method",
];

const OPT_IN: (&str, &str) = ("OTEL_SEMCONV_STABILITY_OPT_IN", "rpc");

fn select(harness: Harness) -> Harness {
    SCENARIOS.iter().fold(harness.convention("rpc-1.39").strict(), |harness, scenario| harness.scenario(*scenario))
}

/// The trace of each case as it is shown, and how each was judged.
fn seen(results: &[CaseResult]) -> BTreeMap<String, (String, String)> {
    let seen = |result: &CaseResult| {
        let evidence = result.evidence.as_deref().unwrap_or_else(|| panic!("{}", describe(&result.verdict, None)));
        (result.verdict.name.id(), (result.verdict.outcome.to_string(), trace(evidence, [])))
    };
    results.iter().map(seen).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_gives_the_same_evidence_in_process_and_as_a_process() {
    let inside = select(Harness::in_process("rust/reference", Reference::default())).environment(OPT_IN.0, OPT_IN.1);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets/rust/reference");
    let outside = select(Harness::process(folder, "").unwrap());
    let (inside, outside) = tokio::join!(inside.run(), outside.run());
    let (inside, outside) = (seen(&inside.unwrap()), seen(&outside.unwrap()));
    assert!(inside.len() > 20, "{}", inside.len());
    assert_eq!(inside.keys().collect::<Vec<_>>(), outside.keys().collect::<Vec<_>>());
    for (case, found) in &inside {
        assert_eq!(found, &outside[case], "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_is_as_good_inside_this_process() {
    let harness = Harness::in_process("rust/reference", Reference::default()).environment(OPT_IN.0, OPT_IN.1);
    let results = harness.scenario("unary").scenario("stream").run().await.unwrap();
    results.iter().for_each(CaseResult::assert_pass);
}
