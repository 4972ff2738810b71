//! Which cases of a target are played at the same time.

use std::future::Future;

use futures_util::StreamExt;
use futures_util::stream;

use crate::scenario::{Call, Case, ServerStep, all_steps};

/// Plays so many cases at a time, and last those that do nothing but wait for a deadline, half as many again at a time: nothing
/// else keeps the target from answering in time then, and their waiting is one. The results come as they are ready.
pub(super) async fn side_by_side<P: Future>(plays: Vec<(&Case, P)>, at_a_time: usize) -> Vec<P::Output> {
    let (waiting, working): (Vec<_>, Vec<_>) = plays.into_iter().partition(|(case, _)| waits(case));
    // Collected first: a stream that holds closures over references is not `Send`.
    let [waiting, working]: [Vec<_>; 2] =
        [waiting, working].map(|plays| plays.into_iter().map(|(_, play)| play).collect());
    let mut played: Vec<_> = stream::iter(working).buffer_unordered(at_a_time).collect().await;
    played.extend(stream::iter(waiting).buffer_unordered(at_a_time + at_a_time / 2).collect::<Vec<_>>().await);
    played
}

/// Deadlines of more than this are not for passing.
const PASSES_MS: u32 = 5_000;

fn waits(case: &Case) -> bool {
    case.script.calls.iter().any(has_a_deadline_that_passes)
}

fn has_a_deadline_that_passes(call: &Call) -> bool {
    call.deadline_ms.is_some_and(|ms| ms < PASSES_MS)
        || call.on_completion.iter().any(has_a_deadline_that_passes)
        || all_steps(call.server.as_deref().unwrap_or_default()).into_iter().any(|step| match step {
            ServerStep::Calls { calls, .. } => calls.iter().any(has_a_deadline_that_passes),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures_util::FutureExt;
    use tokio::sync::Notify;

    use super::*;
    use crate::scenario::load_unchecked;

    fn case(name: &str, text: &str) -> Case {
        let scenario = load_unchecked(name, "s.toml", &format!("why = \"A test.\"\n{text}")).unwrap();
        scenario.cases.into_iter().next().unwrap()
    }

    fn cases() -> [Case; 4] {
        [
            case("works", "[[call]]\n"),
            case("waits", "[[call]]\ndeadline-ms = 400\n"),
            case("far", "[[call]]\ndeadline-ms = 30000\n"),
            case("nested", "[[call]]\nserver = [{ calls = [{ deadline-ms = 400 }] }]\n"),
        ]
    }

    /// Which cases have begun before any of these is through.
    fn begun(at_a_time: usize, never_over: &[&str]) -> Vec<String> {
        let (cases, begun, never) = (cases(), RefCell::new(Vec::new()), Notify::new());
        let (begun_now, never) = (&begun, &never);
        let play = |case| {
            (case, async move {
                begun_now.borrow_mut().push(Case::id(case));
                if never_over.contains(&Case::id(case).as_str()) {
                    never.notified().await;
                }
            })
        };
        let played = side_by_side(cases.iter().map(play).collect(), at_a_time).now_or_never();
        assert!(played.is_none());
        begun.take()
    }

    #[test]
    fn those_that_wait_for_a_deadline_come_last_and_wait_together() {
        assert_eq!(begun(2, &["works", "far"]), ["works", "far"]);
        assert_eq!(begun(2, &["waits", "nested"]), ["works", "far", "waits", "nested"]);
    }

    #[test]
    fn one_at_a_time_is_one() {
        assert_eq!(begun(1, &["works"]), ["works"]);
        assert_eq!(begun(1, &["waits"]), ["works", "far", "waits"]);
    }

    #[test]
    fn every_case_is_played() {
        let cases = cases();
        for at_a_time in [1, 2, 16] {
            let plays = cases.iter().map(|case| (case, async { case.id() })).collect();
            let mut played = side_by_side(plays, at_a_time).now_or_never().unwrap();
            played.sort();
            assert_eq!(played, ["far", "nested", "waits", "works"]);
        }
    }
}
