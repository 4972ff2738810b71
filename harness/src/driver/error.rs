//! Why something was not played, and whose fault that is.

use std::io;
use std::time::Duration;

/// Why something was not played.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The script or the plan is wrong.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The target did not do its part.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The machine gave the harness no socket.
    #[error("the harness could not open {what}: {source}")]
    Socket {
        /// What it was to be.
        what: &'static str,
        /// Why not.
        source: io::Error,
    },
}

/// What is wrong with a script or a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// A call, by its path, asks for what cannot be.
    #[error("call {path}: {what}")]
    Call {
        /// The call's path.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// Two calls have one path.
    #[error("two calls have the path {0}: give each call a name of its own among its siblings")]
    Twice(String),
}

/// What a target failed at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It does not listen where it said it does.
    #[error("could not connect to the target at {address}: {why}")]
    Connect {
        /// The address.
        address: String,
        /// What the machine said.
        why: String,
    },
    /// Calls were not over in time.
    #[error("calls {} were not over after {limit:?}", paths.join(", "))]
    Silent {
        /// The driver's calls that were under way.
        paths: Vec<String>,
        /// How long the driver waited.
        limit: Duration,
    },
    /// Its control did not carry a signal.
    #[error("signal {signal:?}: {why}")]
    Control {
        /// The signal.
        signal: String,
        /// What its control said.
        why: String,
    },
    /// Its journal says what cannot be.
    #[error("the target's journal of call {call}: {what}")]
    Journal {
        /// The wire id.
        call: String,
        /// What is wrong.
        what: String,
    },
}
