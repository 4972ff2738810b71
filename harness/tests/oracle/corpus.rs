//! Every case of the corpus, by every convention.

use grpc_trace_conformance::report;
use proptest::prelude::*;

use crate::common::{conventions, corpus, describe, judge, perfect, runner};

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
