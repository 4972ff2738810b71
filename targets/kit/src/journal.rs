//! What a process writes down for each call.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conformance_proto::v1;
use tokio::sync::Notify;

use crate::signals::wait_until;

/// How many calls a [`Book`] remembers. Beyond it the call that began first is forgotten, read or not.
pub const CAPACITY: usize = 16_384;

/// The journal of a process. Clones share.
///
/// Entries are forgotten when they are read and done, and in any case beyond [`CAPACITY`] calls.
#[derive(Debug, Clone, Default)]
pub struct Book(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    pages: Mutex<Pages>,
    done: Notify,
}

#[derive(Debug, Default)]
struct Pages {
    calls: HashMap<String, Page>,
    /// Which call began when: the order of forgetting.
    order: BTreeMap<u64, String>,
    next: u64,
}

#[derive(Debug, Default)]
struct Page {
    began: u64,
    server: Vec<Arc<Mutex<v1::ServerEnd>>>,
    client: Option<Arc<Mutex<v1::ClientEnd>>>,
}

/// The entry that a server writes for one arrival of a call.
#[derive(Debug)]
pub struct ServerEntry {
    book: Book,
    end: Arc<Mutex<v1::ServerEnd>>,
    /// Which arrival of this call id it is, counted from 1.
    pub attempt: u32,
}

/// The entry that a client writes for one call.
#[derive(Debug)]
pub struct ClientEntry {
    book: Book,
    end: Arc<Mutex<v1::ClientEnd>>,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A call has arrived at this process.
    #[must_use]
    pub fn arrive(&self, call: &str, end: v1::ServerEnd) -> ServerEntry {
        let end = Arc::new(Mutex::new(end));
        let mut pages = lock(&self.0.pages);
        let page = pages.page(call);
        page.server.push(end.clone());
        let attempt = u32::try_from(page.server.len()).unwrap_or(u32::MAX);
        drop(pages);
        ServerEntry { book: self.clone(), end, attempt }
    }

    /// This process begins a call. A second call of the same id takes the place of the first.
    #[must_use]
    pub fn begin(&self, call: &str, end: v1::ClientEnd) -> ClientEntry {
        let end = Arc::new(Mutex::new(end));
        lock(&self.0.pages).page(call).client = Some(end.clone());
        ClientEntry { book: self.clone(), end }
    }

    /// Waits until each of these calls that has begun here is done, for so long at most, and then returns what there is,
    /// in the order of `calls`; entries that are done are forgotten.
    pub async fn read(&self, calls: &[String], limit: Duration) -> Vec<v1::Journal> {
        if !limit.is_zero() && !self.is_done(calls) {
            // Whether it ran out makes no difference to the answer.
            let _ = tokio::time::timeout(limit, wait_until(&self.0.done, || self.is_done(calls))).await;
        }
        let mut pages = lock(&self.0.pages);
        calls.iter().filter_map(|call| pages.read(call)).collect()
    }

    /// How many calls it remembers at present.
    #[must_use]
    pub fn len(&self) -> usize {
        lock(&self.0.pages).calls.len()
    }

    /// Whether it remembers no call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn is_done(&self, calls: &[String]) -> bool {
        let pages = lock(&self.0.pages);
        calls.iter().filter_map(|call| pages.calls.get(call)).all(Page::is_done)
    }
}

impl ServerEntry {
    /// Writes to the entry.
    pub fn write(&self, change: impl FnOnce(&mut v1::ServerEnd)) {
        change(&mut lock(&self.end));
    }

    /// Adds to what the target could not do.
    pub fn complain(&self, what: &str) {
        self.write(|end| append(&mut end.error, what));
    }

    /// A copy of the entry as it stands.
    #[must_use]
    pub fn snapshot(&self) -> v1::ServerEnd {
        lock(&self.end).clone()
    }

    /// Nothing more will be written.
    pub fn finish(&self) {
        self.write(|end| end.done = true);
        self.book.0.done.notify_waiters();
    }
}

impl ClientEntry {
    /// Writes to the entry.
    pub fn write(&self, change: impl FnOnce(&mut v1::ClientEnd)) {
        change(&mut lock(&self.end));
    }

    /// Adds to what the target could not do.
    pub fn complain(&self, what: &str) {
        self.write(|end| append(&mut end.error, what));
    }

    /// A copy of the entry as it stands.
    #[must_use]
    pub fn snapshot(&self) -> v1::ClientEnd {
        lock(&self.end).clone()
    }

    /// Nothing more will be written.
    pub fn finish(&self) {
        self.write(|end| end.done = true);
        self.book.0.done.notify_waiters();
    }
}

impl Pages {
    fn page(&mut self, call: &str) -> &mut Page {
        if !self.calls.contains_key(call) {
            let began = self.next;
            self.next += 1;
            self.order.insert(began, call.to_owned());
            self.calls.insert(call.to_owned(), Page { began, ..Page::default() });
            if self.calls.len() > CAPACITY
                && let Some((_, oldest)) = self.order.pop_first()
            {
                self.calls.remove(&oldest);
            }
        }
        self.calls.entry(call.to_owned()).or_default()
    }

    fn read(&mut self, call: &str) -> Option<v1::Journal> {
        let page = self.calls.get(call)?;
        let (journal, done, began) = (page.journal(call), page.is_done(), page.began);
        if done {
            self.calls.remove(call);
            self.order.remove(&began);
        }
        Some(journal)
    }
}

impl Page {
    fn is_done(&self) -> bool {
        self.server.iter().all(|end| lock(end).done) && self.client.iter().all(|end| lock(end).done)
    }

    fn journal(&self, call: &str) -> v1::Journal {
        v1::Journal {
            call: call.to_owned(),
            server: self.server.iter().map(|end| lock(end).clone()).collect(),
            client: self.client.as_ref().map(|end| lock(end).clone()),
        }
    }
}

/// What is behind these locks is whole after every statement, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn append(error: &mut String, what: &str) {
    if !error.is_empty() {
        error.push_str("; ");
    }
    error.push_str(what);
}
