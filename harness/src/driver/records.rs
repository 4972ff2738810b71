//! The records of the harness's own ends, by the wire id of the call.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conformance_proto::v1;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::transcript::{CallRecord, ClientRecord, ServerRecord};

/// Records by wire id, until somebody takes them. Clones share.
#[derive(Debug, Clone, Default)]
pub struct Records(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    calls: Mutex<HashMap<String, Filed>>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Filed {
    client: Option<FromClient>,
    server: Vec<Arc<Arrival>>,
}

/// What a client's end knows when it is done with its call.
#[derive(Debug, Clone, Default)]
pub(super) struct FromClient {
    pub(super) record: ClientRecord,
    /// Why there was no connection to make the call on.
    pub(super) unreachable: Option<String>,
    /// The server's journal, where it came in trailers.
    pub(super) journal: Option<v1::Journal>,
}

/// The record of one arrival of a call, while it is being made.
#[derive(Debug)]
pub(super) struct Arrival {
    record: Mutex<ServerRecord>,
    is_final: AtomicBool,
}

/// Held by whoever answers a call that has arrived.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) arrival: Arc<Arrival>,
    records: Records,
}

impl Drop for Arrived {
    fn drop(&mut self) {
        self.arrival.is_final.store(true, Ordering::Release);
        self.records.0.changed.notify_waiters();
    }
}

/// Whose records are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The wire id.
    pub id: String,
    /// How many arrivals to wait for; whatever arrived is waited for until it is final.
    pub arrivals: usize,
}

impl Records {
    /// Takes all records of some calls, by wire id, once they are final or the limit has passed. What is not final by then
    /// is given as it stands, and counts as not taken: it can be taken again.
    pub async fn take(&self, wanted: &[Wanted], limit: Duration) -> HashMap<String, CallRecord> {
        self.wait(wanted, limit).await;
        let mut calls = self.lock();
        let mut taken = HashMap::with_capacity(wanted.len());
        for Wanted { id, .. } in wanted {
            let Some(filed) = calls.get(id) else { continue };
            taken.insert(id.clone(), filed.record());
            if filed.is_final(0) {
                calls.remove(id);
            }
        }
        taken
    }

    /// The servers' journals that came in the trailers of these calls.
    pub(super) fn journals<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Vec<v1::Journal> {
        let calls = self.lock();
        ids.into_iter().filter_map(|id| calls.get(id)?.client.as_ref()?.journal.clone()).collect()
    }

    /// Why there was no connection to make this call on, if there was none.
    pub(super) fn unreachable(&self, id: &str) -> Option<String> {
        self.lock().get(id)?.client.as_ref()?.unreachable.clone()
    }

    /// Drops whatever there is of some calls.
    pub fn forget<'a>(&self, ids: impl IntoIterator<Item = &'a str>) {
        let mut calls = self.lock();
        for id in ids {
            calls.remove(id);
        }
    }

    /// How many calls have records that nobody took.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are no records that nobody took.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A client's end is done with its call.
    pub(super) fn client(&self, id: String, client: FromClient) {
        self.lock().entry(id).or_default().client = Some(client);
        self.0.changed.notify_waiters();
    }

    /// A call has arrived at a peer; its record is final when what is returned is dropped.
    pub(super) fn arrive(&self, id: &str, record: ServerRecord) -> Arrived {
        let arrival = Arc::new(Arrival { record: Mutex::new(record), is_final: AtomicBool::new(false) });
        self.lock().entry(id.to_owned()).or_default().server.push(arrival.clone());
        self.0.changed.notify_waiters();
        Arrived { arrival, records: self.clone() }
    }

    /// Waits until all records of some calls are final, or the limit has passed.
    pub(super) async fn wait(&self, wanted: &[Wanted], limit: Duration) {
        let until = Instant::now() + limit;
        loop {
            let mut changed = pin!(self.0.changed.notified());
            // Listening begins before the look, so that no change falls between the two.
            changed.as_mut().enable();
            if self.are_final(wanted) || timeout_at(until, changed).await.is_err() {
                return;
            }
        }
    }

    fn are_final(&self, wanted: &[Wanted]) -> bool {
        let calls = self.lock();
        wanted.iter().all(|wanted| match calls.get(&wanted.id) {
            Some(filed) => filed.is_final(wanted.arrivals),
            None => wanted.arrivals == 0,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Filed>> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Filed {
    fn is_final(&self, arrivals: usize) -> bool {
        self.server.len() >= arrivals && self.server.iter().all(|arrival| arrival.is_final.load(Ordering::Acquire))
    }

    fn record(&self) -> CallRecord {
        let server = self.server.iter().map(|arrival| arrival.lock().clone()).collect();
        CallRecord { client: self.client.as_ref().map(|client| client.record.clone()), server }
    }
}

impl Arrival {
    /// Writes to the record, unless it is final.
    pub(super) fn write(&self, change: impl FnOnce(&mut ServerRecord)) {
        if !self.is_final.load(Ordering::Acquire) {
            change(&mut self.lock());
        }
    }

    fn lock(&self) -> MutexGuard<'_, ServerRecord> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(10);

    fn wanted(arrivals: usize) -> [Wanted; 1] {
        [Wanted { id: "a".into(), arrivals }]
    }

    #[tokio::test]
    async fn what_nobody_filed_is_not_waited_for_unless_it_must_arrive() {
        let records = Records::default();
        assert!(records.take(&wanted(0), LONG).await.is_empty());
        assert!(records.take(&wanted(1), SOON).await.is_empty());
    }

    #[tokio::test]
    async fn an_arrival_is_waited_for_until_it_is_final_and_taken_once() {
        let records = Records::default();
        let first = records.arrive("a", ServerRecord::default());
        first.arrival.write(|record| record.received = 1);
        let unfinished = records.take(&wanted(0), SOON).await;
        assert_eq!(unfinished["a"].server.len(), 1);
        let finish = async {
            drop(records.arrive("a", ServerRecord::default()));
            tokio::task::yield_now().await;
            first.arrival.write(|record| record.received = 2);
            drop(first);
        };
        let want = wanted(2);
        let (taken, ()) = tokio::join!(records.take(&want, LONG), finish);
        assert_eq!(taken["a"].server.iter().map(|record| record.received).collect::<Vec<_>>(), [2, 0]);
        assert!(records.is_empty());
    }
}
