//! How much there is to a case.

use super::{Call, Case, ServerStep, Shape, all_steps, show_case};

/// What makes one case smaller than another for somebody who has to understand it: fewer calls, then fewer of them that stream,
/// then fewer words that tell what happens.
#[must_use]
pub fn size(case: &Case) -> impl Ord + use<> {
    let mut calls = Vec::new();
    case.script.calls.iter().for_each(|call| gather(call, &mut calls));
    let streams = calls.iter().filter(|call| call.shape != Shape::Unary).count();
    (calls.len(), streams, show_case(case).split_whitespace().count())
}

fn gather<'a>(call: &'a Call, calls: &mut Vec<&'a Call>) {
    calls.push(call);
    for step in all_steps(call.server.as_deref().unwrap_or_default()) {
        if let ServerStep::Calls { calls: inner, .. } = step {
            inner.iter().for_each(|call| gather(call, calls));
        }
    }
    call.on_completion.iter().for_each(|call| gather(call, calls));
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
