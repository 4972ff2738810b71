//! What happens when a person, or a CI system, has had enough.

use tokio::signal::unix::{SignalKind, signal};

use crate::target::kill_all_groups;
use crate::verdict::Exit;

/// Runs a future, unless the process is told to end: then everything that was started is ended first.
pub(super) async fn unless_interrupted<T>(work: impl Future<Output = T>) -> Result<T, Exit> {
    let told = async {
        let signals = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
        let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] = signals else {
            // Without handlers the system ends the process, and the ends of their inputs end the targets.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    };
    tokio::select! {
        biased;
        () = told => {
            kill_all_groups();
            Err(Exit::Interrupted)
        }
        done = work => Ok(done),
    }
}
