//! A target gives the same evidence inside this process, as a process of its own over every form of OTLP, and where it was
//! running before.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use conformance_kit::in_process::{Running, Settings};
use grpc_trace_conformance::report::{describe, trace};
use grpc_trace_conformance::run::{Attached, CaseResult, Harness};
use grpc_trace_conformance::target::Capabilities;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tonic_trace_reference::conformance::Reference;

const SCENARIOS: [&str; 8] = [
    "unary/ok",
    "unary/manual-span",
    "unary/annotate",
    "relay/chain",
    "context/tracestate",
    "status/server/*/NOT_FOUND",
    "cancel/mid-stream",
    "failure/unknown-method",
];

const OPT_IN: (&str, &str) = ("OTEL_SEMCONV_STABILITY_OPT_IN", "rpc");

/// Those of the cases that need control, which a target that runs already does not have.
const ATTACHED_CANNOT: [&str; 4] = [
    "cancel/mid-stream/client/client-stream",
    "cancel/mid-stream/server/client-stream",
    "unary/manual-span/inside-outliving",
    "unary/manual-span/outlives",
];

/// What was seen of a case: how it was judged, its trace as it is shown, and what emitted its spans.
type Seen = BTreeMap<String, (String, String, String)>;

fn select(harness: Harness) -> Harness {
    SCENARIOS.iter().fold(harness.convention("rpc-1.39").strict(), |harness, scenario| harness.scenario(*scenario))
}

async fn seen(harness: Harness) -> Seen {
    let results = harness.run().await.unwrap();
    results.iter().map(|result| (result.verdict.name.id(), seen_of(result))).collect()
}

fn seen_of(result: &CaseResult) -> (String, String, String) {
    let outcome = result.verdict.outcome.to_string();
    match result.evidence.as_deref() {
        Some(evidence) => {
            let mut resources: Vec<_> =
                evidence.trace.resources.iter().flat_map(|resource| &resource.attributes).collect();
            // The SDK has them in a hash map, and telemetry.sdk.* is whose exporter it is.
            resources.retain(|attribute| attribute.key == "service.name");
            (outcome, trace(evidence, []), format!("{resources:?}"))
        }
        None => (outcome, describe(&result.verdict, None), String::new()),
    }
}

fn inside() -> Harness {
    select(Harness::in_process("rust/reference", Reference::default())).environment(OPT_IN.0, OPT_IN.1)
}

fn process(protocol: &str) -> Harness {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../targets/rust/reference");
    select(Harness::process(folder, "").unwrap()).environment("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
}

/// The reference, running, with an exporter of its own.
fn running(otlp: &TcpListener) -> (Running, SdkTracerProvider) {
    let endpoint = format!("http://{}", otlp.local_addr().unwrap());
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(endpoint).build().unwrap();
    let delay = BatchConfigBuilder::default().with_scheduled_delay(Duration::from_millis(100)).build();
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder_empty().with_service_name("conformance").build())
        .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(delay).build())
        .build();
    let settings = Settings { semconv_opt_in: vec![OPT_IN.1.into()], ..Settings::default() };
    let running = Running::start(&Reference::default(), &provider, None, &settings, true).unwrap();
    (running, provider)
}

#[track_caller]
fn assert_same(mode: &str, found: &Seen, inside: &Seen) {
    assert_eq!(found.keys().collect::<Vec<_>>(), inside.keys().collect::<Vec<_>>(), "{mode}");
    for (case, found) in found {
        assert_eq!(found, &inside[case], "{mode} {case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_gives_the_same_evidence_in_process_and_as_a_process_over_every_form_of_otlp() {
    let inside = seen(inside()).await;
    assert!(inside.len() > 40, "{}", inside.len());
    assert!(inside.values().all(|(outcome, ..)| outcome == "pass"), "{inside:#?}");
    for protocol in ["grpc", "http/protobuf", "http/json"] {
        assert_same(protocol, &seen(process(protocol)).await, &inside);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_gives_the_same_evidence_where_it_was_running_before() {
    let otlp = TcpListener::bind("127.0.0.1:0").unwrap();
    let (running, provider) = running(&otlp);
    let address = running.addresses()[0].clone();
    // As many times the delay of its batches as a process that cannot flush is given.
    let to = Attached { address, otlp: Arc::new(otlp), quiet: Duration::from_secs(1) };
    let can = Capabilities { failures: vec!["error".into(), "panic".into()], ..Capabilities::default() };
    let attached = select(Harness::attached("rust/reference", to).capabilities(can));
    let (mut attached, mut inside) = tokio::join!(seen(attached), seen(inside()));
    for case in ATTACHED_CANNOT {
        inside.remove(case).unwrap();
        let (outcome, why, _) = attached.remove(case).unwrap();
        assert!(outcome == "not-applicable" && why.contains("control"), "{case}: {outcome} {why}");
    }
    assert_same("attached", &attached, &inside);
    running.shutdown().await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), tokio::task::spawn_blocking(move || provider.shutdown()))
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_is_as_good_inside_this_process() {
    let harness = Harness::in_process("rust/reference", Reference::default()).environment(OPT_IN.0, OPT_IN.1);
    let results = harness.scenario("unary").scenario("stream").run().await.unwrap();
    results.iter().for_each(CaseResult::assert_pass);
}
