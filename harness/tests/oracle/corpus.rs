//! Every case of the corpus, by every convention.

use std::collections::BTreeMap;

use grpc_trace_conformance::convention::Side;
use grpc_trace_conformance::report;
use proptest::prelude::*;

use crate::common::{Take, conventions, corpus, describe, judge, perfect, runner};

#[test]
fn a_perfect_trace_gives_no_finding_in_any_case_by_any_convention() {
    let mut wrong = Vec::new();
    for take in corpus() {
        for convention in conventions() {
            let (evidence, _) = perfect(take, convention);
            let findings = judge(&evidence);
            if !findings.is_empty() {
                wrong.push(describe(&evidence, &findings));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the perfect traces are accused:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn every_expected_span_is_counted_for_its_trace() {
    for take in corpus() {
        let (_, expected) = perfect(take, &conventions()[0]);
        let spans = &expected.trace.spans;
        let of_trace = |trace| spans.iter().filter(|span| span.trace_id == trace).count();
        let counts: BTreeMap<_, _> = spans.iter().map(|span| (span.trace_id, of_trace(span.trace_id))).collect();
        assert_eq!(expected.by_trace(), counts, "{}", take.plan.case_id());
        assert_eq!(expected.roles.len(), spans.len(), "{}", take.plan.case_id());
    }
}

/// As where a target runs already and does not say how its calls went on.
#[test]
fn of_a_call_that_its_caller_tells_nothing_of_no_client_span_is_expected() {
    let mut checked = 0;
    for take in corpus() {
        let told = |path: &String| take.transcript.calls[path].client.is_some();
        let Some(path) = take.transcript.calls.keys().find(|path| path.contains('.') && told(path)) else { continue };
        let mut untold = take.clone();
        untold.transcript.calls.get_mut(path).unwrap().client = None;
        let clients = |take: &Take| {
            let (_, expected) = perfect(take, &conventions()[0]);
            let ours = |role: &&Option<(String, Side)>| {
                role.as_ref().is_some_and(|(of, side)| (of, *side) == (path, Side::Client))
            };
            expected.roles.iter().filter(ours).count()
        };
        assert_eq!(clients(&untold), 0, "{path} of {}", take.plan.case_id());
        checked += clients(take);
    }
    assert!(checked > 100, "{checked} calls have a client span otherwise");
}

#[test]
fn the_order_of_arrival_changes_neither_findings_nor_the_notation() {
    let select = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u64>());
    let checked = runner(256).run(&select, |(case, convention, seed)| {
        let (evidence, _) = perfect(case.get(corpus()), convention.get(conventions()));
        let mut shuffled = evidence.clone();
        shuffle(&mut shuffled.trace.spans, seed);
        let (before, after) = (judge(&evidence), judge(&shuffled));
        prop_assert_eq!(&before, &after);
        prop_assert_eq!(report::trace(&evidence, &before), report::trace(&shuffled, &after));
        Ok(())
    });
    checked.unwrap();
}

/// Fisher and Yates, by numbers from a seed.
fn shuffle<T>(items: &mut [T], mut seed: u64) {
    for last in (1..items.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(last, usize::try_from(seed >> 33).unwrap() % (last + 1));
    }
}
