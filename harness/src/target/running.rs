//! A target that runs, in whatever way.

use std::time::Duration;

use conformance_proto::v1::Journal;
use conformance_proto::{AwaitSignal, Command, Empty, JournalRequest, Ledger, SignalName};

use super::Limits;
use super::control::Control;
use super::error::Failure;

/// A target that runs, in whatever way: where it listens, and what it can be asked.
pub struct Running {
    addresses: Vec<String>,
    limits: Limits,
    control: Box<dyn Control>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

impl Running {
    /// A target that listens there and is asked so.
    #[must_use]
    pub fn new(addresses: Vec<String>, limits: Limits, control: Box<dyn Control>) -> Self {
        Self { addresses, limits, control }
    }

    /// Where it listens, IPv4 first.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// How long things may take.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The journal entries of these calls, once those that began are done or the time is over.
    ///
    /// # Errors
    ///
    /// If the target does not answer.
    pub async fn journal(&self, calls: Vec<String>, wait: Duration) -> Result<Vec<Journal>, Failure> {
        let request = JournalRequest { calls, wait_ms: milliseconds(wait) };
        let reply = self.control.ask(Command::Journal(request), wait + self.limits.answer).await?;
        reply.journal.ok_or_else(|| refused("journal"))
    }

    /// Waits until a signal is raised in the target.
    ///
    /// # Errors
    ///
    /// If the target does not answer, or the time is over.
    pub async fn await_signal(&self, signal: &str, wait: Duration) -> Result<(), Failure> {
        let request = AwaitSignal { signal: signal.to_owned(), wait_ms: milliseconds(wait) };
        self.control.ask(Command::Await(request), wait + self.limits.answer).await.map(drop)
    }

    /// Raises a signal in the target.
    ///
    /// # Errors
    ///
    /// If the target does not answer.
    pub async fn raise(&self, signal: &str) -> Result<(), Failure> {
        let request = SignalName { signal: signal.to_owned() };
        self.control.ask(Command::Raise(request), self.limits.answer).await.map(drop)
    }

    /// Has every ended span exported.
    ///
    /// # Errors
    ///
    /// If the target does not answer, or cannot.
    pub async fn flush(&self) -> Result<(), Failure> {
        self.control.ask(Command::Flush(Empty {}), self.limits.answer).await.map(drop)
    }

    /// Which spans were started and ended.
    ///
    /// # Errors
    ///
    /// If the target does not answer, or cannot.
    pub async fn ledger(&self) -> Result<Ledger, Failure> {
        let reply = self.control.ask(Command::Ledger(Empty {}), self.limits.answer).await?;
        reply.ledger.ok_or_else(|| refused("ledger"))
    }

    /// Waits until the target is lost: it died, or broke off control.
    pub async fn lost(&self) -> Failure {
        self.control.lost().await
    }

    /// Ends it: what is under way is finished, spans are flushed. Afterwards it answers nobody.
    ///
    /// # Errors
    ///
    /// If it does not end cleanly in time. It is gone all the same.
    pub async fn stop(&self) -> Result<(), Failure> {
        self.control.stop().await
    }

    /// The end of what it has written to standard error; empty if it has none of its own.
    #[must_use]
    pub fn said(&self) -> String {
        self.control.said()
    }
}

fn refused(asked: &'static str) -> Failure {
    Failure::Refused { asked, reason: "the reply has no such field".into() }
}

fn milliseconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}
