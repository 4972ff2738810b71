//! How much there is to a case.

use super::{Case, Scenario, Shape, all_calls, show_case};

/// All cases, those that are easy to understand first.
#[must_use]
pub fn smallest_first(scenarios: &[Scenario]) -> Vec<&Case> {
    let mut cases: Vec<_> = scenarios.iter().flat_map(|scenario| &scenario.cases).collect();
    cases.sort_by_cached_key(|case| size(case));
    cases
}

/// Fewer calls, then fewer of them that stream, then fewer words that tell what happens.
fn size(case: &Case) -> impl Ord + use<> {
    let calls = all_calls(&case.script.calls);
    let streams = calls.iter().filter(|call| call.shape != Shape::Unary).count();
    (calls.len(), streams, show_case(case).split_whitespace().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::corpus;

    #[test]
    fn a_case_is_smaller_with_fewer_calls_then_fewer_streams_then_fewer_words() {
        let cases: Vec<_> = corpus().unwrap().iter().flat_map(|scenario| &scenario.cases).collect();
        let case = |id: &str| *cases.iter().find(|case| case.id() == id).unwrap();
        let sorted = ["unary/answer", "unary/span", "server-stream/answer", "unary/call", "server-stream/call"];
        let sizes = sorted.map(|name| size(case(&format!("context/absent/{name}"))));
        assert!(sizes.is_sorted_by(|one, other| one < other));
    }
}
