//! What a control is, and how it is played.

use std::collections::BTreeMap;

use grpc_trace_conformance::evidence::Evidence;
use grpc_trace_conformance::report::describe;
use grpc_trace_conformance::run::{Baseline, Harness};
use tokio::sync::OnceCell;
use tonic_trace_reference::conformance::NEXT;

use crate::variant::{Parts, Variant};

/// Correct behaviour that people take for a bug.
pub(crate) struct Control {
    /// What is done, and why it is right.
    pub(crate) text: &'static str,
    /// Who complained, or where an instrumentation does it.
    pub(crate) seen: &'static str,
    /// The page, with anchor, by which it is right.
    pub(crate) clause: &'static str,
    /// The conventions under which it is played.
    pub(crate) conventions: &'static [&'static str],
    /// What differs from the reference.
    pub(crate) parts: fn() -> Parts,
    /// Whether a case shows the behaviour: one at least has to, or the control would prove nothing.
    pub(crate) shows: fn(&Evidence) -> bool,
}

/// Declares the module and the test of each control, and lists them.
macro_rules! registry {
    ($($control:ident,)+) => {
        $(mod $control;)+

        /// Every control, by what it is about.
        pub(crate) const CONTROLS: &[(&str, &control::Control)] = &[$((stringify!($control), &$control::CONTROL),)+];

        mod stays_green {
            $(
                #[test]
                fn $control() {
                    crate::control::stays_green(&super::$control::CONTROL);
                }
            )+
        }
    };
}

/// Plays the whole corpus under each convention of the control: there is no finding, not even by a SHOULD, and the behaviour
/// is there.
///
/// The runtime is built here: with one in each test, all that a run is made of would be compiled for each.
pub(crate) fn stays_green(control: &Control) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(play(control));
}

async fn play(control: &Control) {
    for convention in control.conventions {
        let target = Variant::new((control.parts)());
        let harness = harness(target, convention).against(baseline().await.clone());
        let results = harness.run().await.expect("the target runs");
        assert!(results.len() > 1000, "{convention}: {} cases are not the corpus", results.len());
        let red = results.iter().filter(|result| result.verdict.outcome.is_red());
        let told: BTreeMap<_, _> = red.map(|result| (first_rule(&result.verdict), result)).collect();
        let told: String =
            told.values().map(|result| describe(&result.verdict, result.evidence.as_deref()) + "\n").collect();
        let Control { text, seen, clause, .. } = control;
        assert!(
            told.is_empty(),
            "{convention}: accused wrongly, by one case a rule:\n{told}\n{text}\n{seen}\n{clause}"
        );
        let mut evidence = results.iter().filter_map(|result| result.evidence.as_deref());
        assert!(evidence.any(control.shows), "{convention}: no case shows that {text}");
    }
}

fn first_rule(verdict: &grpc_trace_conformance::verdict::Verdict) -> String {
    verdict.findings.first().map_or_else(String::new, |judged| judged.finding.rule.clone())
}

/// What the calls are without instrumentation: the same for all controls.
async fn baseline() -> &'static Baseline {
    static BASELINE: OnceCell<Baseline> = OnceCell::const_new();
    let play = || async {
        let harness = harness(Variant::new(Parts::default()), "rpc-1.39");
        harness.baseline().await.expect("the target runs without instrumentation")
    };
    BASELINE.get_or_init(play).await
}

fn harness(target: Variant, convention: &str) -> Harness {
    let opt_in = match convention {
        // gRPC's own tracing knows nothing of the opt-in.
        "rpc-1.38" | "a72" => "",
        "rpc-1.39" => "rpc",
        "rpc-dup" => "rpc/dup",
        "rpc-next" => NEXT,
        other => panic!("the reference follows no convention {other}"),
    };
    Harness::in_process("rust/reference", target)
        .convention(convention)
        .environment("OTEL_SEMCONV_STABILITY_OPT_IN", opt_in)
        .strict()
}
