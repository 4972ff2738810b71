//! Which cases of a target are played at the same time.

use std::future::Future;

use futures_util::StreamExt;
use futures_util::future::join;
use futures_util::stream;

use crate::scenario::{Call, Case, ServerStep, all_steps};

/// Plays so many cases at a time. Those that do nothing but wait for a deadline take nobody's place; only one at a time means
/// just that. The results come as they are ready.
pub(super) async fn side_by_side<P: Future>(plays: Vec<(&Case, P)>, at_a_time: usize) -> Vec<P::Output> {
    if at_a_time == 1 {
        let plays: Vec<_> = plays.into_iter().map(|(_, play)| play).collect();
        return stream::iter(plays).buffer_unordered(1).collect().await;
    }
    let (waiting, working): (Vec<_>, Vec<_>) = plays.into_iter().partition(|(case, _)| waits(case));
    // Collected first: a stream that holds closures over references is not `Send`.
    let [waiting, working]: [Vec<_>; 2] =
        [waiting, working].map(|plays| plays.into_iter().map(|(_, play)| play).collect());
    let waiting = stream::iter(waiting).buffer_unordered(WAITING_PER_WORKING * at_a_time).collect::<Vec<_>>();
    let working = stream::iter(working).buffer_unordered(at_a_time).collect::<Vec<_>>();
    let (mut played, worked) = join(waiting, working).await;
    played.extend(worked);
    played
}

/// How many cases wait for each that works: some forty are to wait at a time where sixteen work.
const WAITING_PER_WORKING: usize = 3;

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

    /// Which cases have begun before any is through.
    fn begun(at_a_time: usize) -> Vec<String> {
        let (cases, begun, never) = (cases(), RefCell::new(Vec::new()), Notify::new());
        let (begun_now, never) = (&begun, &never);
        let play = |case| {
            (case, async move {
                begun_now.borrow_mut().push(Case::id(case));
                never.notified().await;
            })
        };
        let played = side_by_side(cases.iter().map(play).collect(), at_a_time).now_or_never();
        assert!(played.is_none());
        let mut begun = begun.take();
        begun.sort();
        begun
    }

    #[test]
    fn those_that_wait_for_a_deadline_take_nobodys_place() {
        assert_eq!(begun(2), ["far", "nested", "waits", "works"]);
    }

    #[test]
    fn one_at_a_time_is_one() {
        assert_eq!(begun(1), ["works"]);
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
