//! When to stop waiting for spans.
//!
//! A capture is done when the expected spans are there, *and* the target said that it holds none back (or a quiet window
//! has passed), *and* its ledger, if it keeps one, says that none is open; or at the deadline. Waiting is for all cases
//! that ran side by side: what it costs, it costs once.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::store::{Held, Store};
use crate::evidence::{Capture, Open};
use crate::trace::TraceId;

/// What a target can be asked while its spans are waited for.
pub trait Source: Sync {
    /// Why the target could not be asked.
    type Error: Send;

    /// How it becomes certain that no ended span is held back.
    fn settling(&self) -> Settling;

    /// Has the target export every span that has ended. Asked only of a source that settles by [`Settling::Flush`].
    fn flush(&self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The spans that were started and not ended; absent where the target keeps no ledger.
    fn ledger(&self) -> impl Future<Output = Result<Option<Vec<Open>>, Self::Error>> + Send;
}

/// How it becomes certain that no ended span is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settling {
    /// The target does it when asked.
    Flush,
    /// Nothing arrives for this long: for targets that cannot flush.
    Quiet(Duration),
}

/// What is waited for.
pub trait Awaited: Send {
    /// Whether all of it has arrived. Asked again after each arrival.
    fn has_arrived(&mut self, held: &Held<'_>) -> bool;

    /// Whether an open span of this trace is worth waiting for.
    fn concerns(&self, trace: TraceId) -> bool;

    /// Told which spans are open, whenever the target was asked.
    fn see_open(&mut self, _open: &[Open]) {}
}

/// So many spans of each trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(pub BTreeMap<TraceId, usize>);

/// Whatever a predicate says; open spans of every trace are waited for. For cases that run alone.
#[derive(Debug, Clone, Copy)]
pub struct Until<P> {
    predicate: P,
}

/// How long to wait. Nothing here is slept through: each ends early when what it waits for is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// If nothing at all arrives for this long, the target has settled and no span is open, then what is missing will not
    /// come. Longer than a target takes from the end of its calls to the end of its spans.
    pub lull: Duration,
    /// As the lull, for spans that are open: if nothing arrives for this long, they will not end. Zero: they are not waited
    /// for.
    pub open: Duration,
    /// The target's time for one answer.
    pub answer: Duration,
    /// When to stop in any case.
    pub deadline: Instant,
}

/// How the waiting ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed<E> {
    /// All that was awaited is there.
    pub arrived: bool,
    /// No ended span was held back at the end.
    pub settled: bool,
    /// The target keeps a ledger.
    pub ledger: bool,
    /// The spans that were open at the end, whomever they belong to.
    pub open: Vec<Open>,
    /// Why the target could not be asked, if it could not.
    pub failure: Option<Failure<E>>,
}

/// Why a target could not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure<E> {
    /// It did not answer in time.
    #[error("no answer in time")]
    Silent,
    /// It could not be asked, or gave an error.
    #[error("{0}")]
    Error(E),
}

/// Waits for spans. Take them from the store afterwards.
pub async fn complete<S: Source>(
    store: &Store,
    source: &S,
    awaited: &mut impl Awaited,
    patience: Patience,
) -> Completed<S::Error> {
    // Asked at once: a flush brings what a batch processor would keep for its delay.
    let mut quiet = (store.arrivals(), Duration::ZERO);
    loop {
        let mut completed = ask(store, source, patience).await;
        let arrivals = store.arrivals();
        awaited.see_open(&completed.open);
        completed.arrived = store.look(|held| awaited.has_arrived(held));
        let open = completed.open.iter().any(|open| awaited.concerns(open.trace_id));
        let for_missing = if completed.arrived { Duration::ZERO } else { patience.lull };
        let for_open = if open { patience.open } else { Duration::ZERO };
        let lull = for_missing.max(for_open);
        let has_waited = lull.is_zero() || (quiet.0 == arrivals && quiet.1 >= lull);
        if (completed.settled && has_waited) || completed.failure.is_some() || Instant::now() >= patience.deadline {
            return completed;
        }
        let lull = if has_waited { patience.lull } else { lull };
        wait(store, awaited, arrivals, lull, patience.deadline).await;
        quiet = (arrivals, lull);
    }
}

/// Waits until an arrival completes the awaited, or nothing came for the length of a lull. If all is there already, some
/// span is open: an arrival is the only sign of its end.
async fn wait(store: &Store, awaited: &mut impl Awaited, mut seen: u64, lull: Duration, deadline: Instant) {
    loop {
        let lull = (Instant::now() + lull).min(deadline);
        let arrived = store.wait_until(lull, |held| store.arrivals() != seen && awaited.has_arrived(held)).await;
        let arrivals = store.arrivals();
        if arrived || arrivals == seen || Instant::now() >= deadline {
            return;
        }
        seen = arrivals;
    }
}

/// One round of questions. The ledger comes first: a span that it calls ended is exported by the flush behind it.
async fn ask<S: Source>(store: &Store, source: &S, patience: Patience) -> Completed<S::Error> {
    let mut completed = Completed { arrived: false, settled: false, ledger: false, open: Vec::new(), failure: None };
    match answer(source.ledger(), patience).await {
        Ok(open) => {
            completed.ledger = open.is_some();
            completed.open = open.unwrap_or_default();
            completed.open.sort();
        }
        Err(failure) => completed.failure = Some(failure),
    }
    match source.settling() {
        Settling::Quiet(window) => completed.settled = store.wait_quiet(window, patience.deadline).await,
        // A target that did not answer once is not given the time a second time.
        Settling::Flush if completed.failure.is_some() => {}
        Settling::Flush => match answer(source.flush(), patience).await {
            Ok(()) => completed.settled = true,
            Err(failure) => completed.failure = Some(failure),
        },
    }
    completed
}

async fn answer<T, E>(question: impl Future<Output = Result<T, E>>, patience: Patience) -> Result<T, Failure<E>> {
    match timeout(patience.answer, question).await {
        Ok(answer) => answer.map_err(Failure::Error),
        Err(_) => Err(Failure::Silent),
    }
}

impl<E> Completed<E> {
    /// What one of the cases has to know.
    pub fn capture(&self, concerns: impl Fn(TraceId) -> bool) -> Capture {
        let open = self.open.iter().filter(|open| concerns(open.trace_id)).cloned().collect();
        Capture { complete: self.settled, ledger: self.ledger, open }
    }
}

impl Awaited for Counts {
    fn has_arrived(&mut self, held: &Held<'_>) -> bool {
        self.0.iter().all(|(trace, count)| held.spans(*trace).len() >= *count)
    }

    fn concerns(&self, trace: TraceId) -> bool {
        self.0.contains_key(&trace)
    }
}

impl<P: FnMut(&Held<'_>) -> bool + Send> Until<P> {
    /// Until this holds.
    pub fn new(predicate: P) -> Self {
        Self { predicate }
    }
}

impl<P: FnMut(&Held<'_>) -> bool + Send> Awaited for Until<P> {
    fn has_arrived(&mut self, held: &Held<'_>) -> bool {
        (self.predicate)(held)
    }

    fn concerns(&self, _: TraceId) -> bool {
        true
    }
}
