//! Signals between the harness and a target, which are two processes with signals of their own.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use conformance_kit::signals::Signals;
use tokio::task::JoinSet;

use super::error::TargetError;
use super::script::Compiled;
use crate::scenario::Party;

/// The signals of a target, over whatever control it has.
pub trait Remote: Send + Sync + 'static {
    /// Waits until a signal is raised at the target.
    fn await_signal<'a>(&'a self, name: &'a str) -> Signalled<'a>;

    /// Raises a signal at the target.
    fn raise<'a>(&'a self, name: &'a str) -> Signalled<'a>;
}

/// What a [`Remote`] does; an error is a sentence.
pub type Signalled<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Carries signals for as long as it lives.
#[derive(Debug, Default)]
pub(super) struct Bridge {
    /// Aborted when dropped.
    _carriers: JoinSet<()>,
    failure: Arc<Mutex<Option<TargetError>>>,
}

impl Bridge {
    /// Begins to carry every signal that one side raises and the other awaits.
    pub(super) fn start(
        compiled: &Compiled,
        signals: &Signals,
        remote: Option<&Arc<dyn Remote>>,
    ) -> Result<Self, TargetError> {
        let mut carriers = JoinSet::new();
        let failure = Arc::new(Mutex::new(None));
        for (name, signal) in &compiled.signals {
            for (raised, awaited) in [(Party::Harness, Party::Target), (Party::Target, Party::Harness)] {
                if !signal.raised.contains(&raised) || !signal.awaited.contains(&awaited) {
                    continue;
                }
                let remote = remote.ok_or_else(|| TargetError::Control {
                    signal: name.clone(),
                    why: "the target has no control to carry it".to_owned(),
                })?;
                let (name, signals, remote, failure) = (name.clone(), signals.clone(), remote.clone(), failure.clone());
                carriers.spawn(async move {
                    let carried = carry(&name, raised, &signals, &*remote).await;
                    if let Err(why) = carried {
                        let error = TargetError::Control { signal: name, why };
                        failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                });
            }
        }
        Ok(Self { _carriers: carriers, failure })
    }

    /// The first signal that the target's control did not carry, if any.
    pub(super) fn failure(&self) -> Option<TargetError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn carry(name: &str, raised: Party, signals: &Signals, remote: &dyn Remote) -> Result<(), String> {
    if raised == Party::Target {
        remote.await_signal(name).await?;
        signals.raise(name);
        Ok(())
    } else {
        signals.wait(name).await;
        remote.raise(name).await
    }
}
