//! The reference instrumentation over the whole corpus, in process.

use grpc_trace_conformance::run::Harness;
use tonic_trace_reference::conformance::Reference;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_gives_no_finding_under_any_convention() {
    for (convention, opt_in) in
        [("rpc-1.38", ""), ("rpc-1.39", "rpc"), ("rpc-next", "rpc/next"), ("rpc-dup", "rpc/dup")]
    {
        let harness = Harness::in_process("rust/reference", Reference::default())
            .convention(convention)
            .environment("OTEL_SEMCONV_STABILITY_OPT_IN", opt_in)
            .strict();
        let results = harness.run().await.unwrap();
        assert!(results.len() > 1000, "{convention}: {} cases are not the corpus", results.len());
        let red = results.iter().filter(|result| result.verdict.outcome.is_red());
        let told: String = red
            .map(|result| grpc_trace_conformance::report::describe(&result.verdict, result.evidence.as_deref()))
            .collect();
        assert!(told.is_empty(), "{convention}:\n{told}");
    }
}
