//! Which cases of a target are played at the same time.

use std::collections::VecDeque;
use std::future::Future;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::scenario::{Case, all_calls};

/// Plays so many cases at a time, each by what comes with it. Those that do nothing but wait for a deadline take nobody's place,
/// unless only one is to be played at a time. The results come as they are ready.
///
/// A future that plays is as large as all that it may do: there are none but of those that are played.
pub(super) async fn side_by_side<T, P: Future>(
    cases: Vec<(&Case, T)>,
    at_a_time: usize,
    play: impl Fn(T) -> P,
) -> Vec<P::Output> {
    let only_waits = |case| at_a_time > 1 && waits(case);
    let mut queue = spread(cases.into_iter().map(|(case, with)| (only_waits(case), with)).collect());
    let (mut running, mut played, mut working) = (FuturesUnordered::new(), Vec::new(), 0);
    loop {
        while let Some((waits, with)) = queue.pop_front_if(|(waits, _)| *waits || working < at_a_time) {
            working += usize::from(!waits);
            let playing = play(with);
            running.push(async move { (waits, playing.await) });
        }
        let Some((waited, result)) = running.next().await else { return played };
        working -= usize::from(!waited);
        played.push(result);
    }
}

/// Puts those that wait among the first half of the others, which are at work while these wait: not at one place, since a
/// target that is asked for all of them at once may not get round to some before their time is up.
fn spread<T>(cases: Vec<(bool, T)>) -> VecDeque<(bool, T)> {
    let (waiting, working): (Vec<_>, Vec<_>) = cases.into_iter().partition(|(waits, _)| *waits);
    let apart = (working.len() / (2 * waiting.len().max(1))).max(1);
    let (mut queue, mut waiting) = (VecDeque::new(), waiting.into_iter());
    for (place, case) in working.into_iter().enumerate() {
        queue.push_back(case);
        if place % apart == 0 {
            queue.extend(waiting.next());
        }
    }
    queue.extend(waiting);
    queue
}

/// Deadlines of more than this are not for passing.
const PASSES_MS: u32 = 5_000;

fn waits(case: &Case) -> bool {
    all_calls(&case.script.calls).iter().any(|call| call.deadline_ms.is_some_and(|ms| ms < PASSES_MS))
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

    /// Which cases have begun while none is through.
    fn begun(at_a_time: usize) -> Vec<String> {
        let (cases, begun, never) = (cases(), RefCell::new(Vec::new()), Notify::new());
        let (begun_now, never) = (&begun, &never);
        let play = |case| async move {
            begun_now.borrow_mut().push(Case::id(case));
            never.notified().await;
        };
        let played = side_by_side(cases.iter().map(|case| (case, case)).collect(), at_a_time, play).now_or_never();
        assert!(played.is_none());
        begun.take()
    }

    #[test]
    fn those_that_wait_for_a_deadline_take_nobodys_place() {
        assert_eq!(begun(2), ["works", "waits", "far", "nested"]);
    }

    #[test]
    fn one_at_a_time_is_one() {
        assert_eq!(begun(1), ["works"]);
    }

    #[test]
    fn those_that_wait_are_spread_among_the_first_half_of_the_others() {
        let plays = (0..12).map(|place| (place >= 10, place)).collect();
        let order: Vec<_> = spread(plays).into_iter().map(|(_, place)| place).collect();
        assert_eq!(order, [0, 10, 1, 2, 11, 3, 4, 5, 6, 7, 8, 9]);
        let all_wait = spread(vec![(true, 'a'), (true, 'b')]);
        assert_eq!(all_wait, [(true, 'a'), (true, 'b')]);
    }

    #[test]
    fn every_case_is_played() {
        let cases = cases();
        for at_a_time in [1, 2, 16] {
            let play = |case| async move { Case::id(case) };
            let with_itself = cases.iter().map(|case| (case, case)).collect();
            let mut played = side_by_side(with_itself, at_a_time, play).now_or_never().unwrap();
            played.sort();
            assert_eq!(played, ["far", "nested", "waits", "works"]);
        }
    }
}
