//! What the harness asks a target beside the calls.

use std::time::Duration;

use conformance_proto::{Command, Empty, Reply, Request, v1};
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::ends::Host;
use crate::grpc::Kit;
use crate::journal::Book;
use crate::ledger::Ledger;
use crate::signals::Signals;

/// The verbs of control, for a process and for a test in the same process alike. Clones share.
#[derive(Debug, Clone)]
pub struct Control {
    journal: Book,
    signals: Signals,
    provider: SdkTracerProvider,
    ledger: Option<Ledger>,
}

impl Control {
    /// Control of a kit whose spans go to this provider; the ledger must be one of the provider's processors.
    #[must_use]
    pub fn new(kit: &Kit, provider: SdkTracerProvider, ledger: Option<Ledger>) -> Self {
        Self { journal: kit.journal().clone(), signals: kit.signals().clone(), provider, ledger }
    }

    /// Waits until each of these calls that has begun here is done, for so long at most, and returns the entries; those that
    /// are done are forgotten.
    pub async fn journal(&self, calls: &[String], limit: Duration) -> Vec<v1::Journal> {
        self.journal.read(calls, limit).await
    }

    /// Waits until a signal is raised, for so long at most; says whether it was.
    pub async fn wait(&self, signal: &str, limit: Duration) -> bool {
        self.signals.wait_for(signal, limit).await
    }

    /// Raises a signal.
    pub fn raise(&self, signal: &str) {
        self.signals.raise(signal);
    }

    /// Exports every span that has ended.
    ///
    /// # Errors
    /// A sentence, if the provider could not.
    pub async fn flush(&self) -> Result<(), String> {
        let provider = self.provider.clone();
        // The batch processor blocks its caller until its own thread, which may need this runtime, is through.
        tokio::task::spawn_blocking(move || provider.force_flush())
            .await
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())
    }

    /// Which spans were started and ended.
    ///
    /// # Errors
    /// A sentence, if there is no ledger.
    pub fn ledger(&self) -> Result<conformance_proto::Ledger, String> {
        self.ledger.as_ref().map(Ledger::read).ok_or_else(|| "no ledger is kept".to_owned())
    }

    /// Does what a request asks.
    pub async fn answer(&self, request: Request) -> Reply {
        let mut reply = Reply { id: request.id, ..Reply::default() };
        let done = match request.command {
            Command::Journal(asked) => {
                reply.journal = Some(self.journal(&asked.calls, Duration::from_millis(asked.wait_ms)).await);
                Ok(())
            }
            Command::Await(asked) => {
                if self.wait(&asked.signal, Duration::from_millis(asked.wait_ms)).await {
                    reply.awaited = Some(Empty {});
                    Ok(())
                } else {
                    Err(format!("signal {:?} was not raised within {} ms", asked.signal, asked.wait_ms))
                }
            }
            Command::Raise(asked) => {
                self.raise(&asked.signal);
                reply.raise = Some(Empty {});
                Ok(())
            }
            Command::Flush(Empty {}) => self.flush().await.map(|()| reply.flush = Some(Empty {})),
            Command::Ledger(Empty {}) => self.ledger().map(|ledger| reply.ledger = Some(ledger)),
        };
        reply.error = done.err();
        reply
    }

    /// Does what a line asks, and returns the line of the reply. A line that is no request gets id 0 unless it has one.
    pub async fn answer_line(&self, line: &str) -> String {
        let reply = match serde_json::from_str::<Request>(line) {
            Ok(request) => self.answer(request).await,
            Err(error) => Reply { id: id_of(line), error: Some(format!("no request: {error}")), ..Reply::default() },
        };
        serde_json::to_string(&reply)
            .unwrap_or_else(|error| format!(r#"{{"id":{},"error":"no reply: {error}"}}"#, reply.id))
    }
}

/// The id that a line states, even if it is no request otherwise.
fn id_of(line: &str) -> u64 {
    let line: Option<serde_json::Value> = serde_json::from_str(line).ok();
    line.and_then(|line| line.get("id")?.as_u64()).unwrap_or(0)
}
