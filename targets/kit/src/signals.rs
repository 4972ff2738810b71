//! Signals: names that are raised once and stay raised.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// The signals of a process. Clones share.
///
/// A name once raised stays raised for the life of the process, so the set grows by one name per signal used.
#[derive(Debug, Clone, Default)]
pub struct Signals(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    raised: Mutex<HashSet<String>>,
    changed: Notify,
}

impl Signals {
    /// Raises a signal; raising it again does nothing.
    pub fn raise(&self, name: &str) {
        let new = self.0.raised.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        if new {
            self.0.changed.notify_waiters();
        }
    }

    /// Whether a signal was raised.
    #[must_use]
    pub fn is_raised(&self, name: &str) -> bool {
        self.0.raised.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }

    /// Waits until a signal is raised.
    pub async fn wait(&self, name: &str) {
        wait_until(&self.0.changed, || self.is_raised(name)).await;
    }

    /// Waits until a signal is raised, for so long at most; says whether it was.
    pub async fn wait_for(&self, name: &str, limit: Duration) -> bool {
        self.is_raised(name) || tokio::time::timeout(limit, self.wait(name)).await.is_ok() || self.is_raised(name)
    }
}

/// Waits until a condition holds that only changes before `changed` is notified.
pub(crate) async fn wait_until(changed: &Notify, mut holds: impl FnMut() -> bool + Send) {
    loop {
        let mut notified = pin!(changed.notified());
        // Listening begins before the look, so that no change falls between the two.
        notified.as_mut().enable();
        if holds() {
            return;
        }
        notified.await;
    }
}
