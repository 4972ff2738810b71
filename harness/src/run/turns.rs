//! Whose turn it is to work: so many runs at a time, and of those who wait the first in the order of ranks.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The turns that there are. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    free: usize,
    waiting: BTreeSet<usize>,
}

/// One turn, until this is dropped.
#[derive(Debug)]
pub(super) struct Turn(Turns);

/// A place among those who wait.
struct Place<'a> {
    turns: &'a Turns,
    rank: usize,
}

impl Turns {
    /// So many at a time.
    pub(super) fn new(at_a_time: usize) -> Self {
        let state = State { free: at_a_time, waiting: BTreeSet::new() };
        Self(Arc::new(Inner { state: Mutex::new(state), changed: Notify::new() }))
    }

    /// Waits for a turn. No two who wait at the same time may have the same rank.
    pub(super) async fn take(&self, rank: usize) -> Turn {
        self.state().waiting.insert(rank);
        let place = Place { turns: self, rank };
        loop {
            let mut changed = pin!(self.0.changed.notified());
            // Listening begins before the look, so that no change falls between the two.
            changed.as_mut().enable();
            if let Some(turn) = place.try_take() {
                return turn;
            }
            changed.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    fn try_take(&self) -> Option<Turn> {
        let mut state = self.turns.state();
        if state.free == 0 || state.waiting.first() != Some(&self.rank) {
            return None;
        }
        state.free -= 1;
        Some(Turn(self.turns.clone()))
    }
}

impl Drop for Place<'_> {
    /// Whoever is behind it may be the next now.
    fn drop(&mut self) {
        self.turns.state().waiting.remove(&self.rank);
        self.turns.0.changed.notify_waiters();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.state().free += 1;
        self.0.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn whoever_is_first_in_rank_is_next() {
        let turns = Turns::new(1);
        let turn = turns.take(5).await;
        let (mut last, mut next) = (Box::pin(turns.take(9)), Box::pin(turns.take(2)));
        assert!(last.as_mut().now_or_never().is_none());
        assert!(next.as_mut().now_or_never().is_none());
        drop(turn);
        assert!(last.as_mut().now_or_never().is_none());
        let turn = next.now_or_never().expect("it is its turn");
        assert!(last.as_mut().now_or_never().is_none());
        drop(turn);
        assert!(last.now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_waits_no_more_is_in_nobodys_way() {
        let turns = Turns::new(1);
        let turn = turns.take(0).await;
        let (mut gone, mut other) = (Box::pin(turns.take(1)), Box::pin(turns.take(2)));
        assert!(gone.as_mut().now_or_never().is_none());
        assert!(other.as_mut().now_or_never().is_none());
        drop(turn);
        drop(gone);
        assert!(other.now_or_never().is_some());
    }
}
