//! What a target can do wrong as a program.

use std::fmt;
use std::time::Duration;

use super::tail::Shown;

/// A target that would not build, start, answer or stop, or that died.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{target}: {failure}")]
pub struct TargetError {
    /// `name`, or `name@variant`.
    pub target: String,
    /// What it did.
    pub failure: Failure,
}

/// What a target did. Where it helps, `tail` is the end of what it wrote to standard error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A program of its commands cannot be run.
    #[error("cannot run `{program}`: {reason}")]
    Spawn {
        /// The program.
        program: String,
        /// What the operating system says.
        reason: String,
    },
    /// The build failed.
    #[error("the build `{command}` failed ({end}){}", Shown(tail))]
    Build {
        /// The command, as it was run.
        command: String,
        /// How it ended.
        end: End,
        /// Of both its outputs.
        tail: String,
    },
    /// There is no port for its spans.
    #[error("no OTLP receiver could be started: {reason}")]
    NoReceiver {
        /// What the operating system says.
        reason: String,
    },
    /// It does not listen where it is said to run, or said that it listens.
    #[error("nobody listens at {address} ({reason}): start it, or give the address at which it listens")]
    NobodyListens {
        /// Where.
        address: String,
        /// What the operating system says.
        reason: String,
    },
    /// What runs there does not carry out scripts.
    #[error("what listens at {address} is no conformance target: {reason}")]
    NoTarget {
        /// Where.
        address: String,
        /// What it did.
        reason: String,
    },
    /// No ready line came in time.
    #[error("printed no ready line within {}{}", Seconds(*limit), Shown(tail))]
    NeverReady {
        /// The limit.
        limit: Duration,
        /// The end of standard error.
        tail: String,
    },
    /// The first line is no ready line.
    #[error("printed `{line}` where the ready line has to be ({reason}){}", Shown(tail))]
    BadReadyLine {
        /// What it printed.
        line: String,
        /// What is wrong with it.
        reason: String,
        /// The end of standard error.
        tail: String,
    },
    /// It speaks another version of the contract.
    #[error("speaks version {theirs} of the contract, and this harness version {ours}{}", Shown(tail))]
    WrongProtocol {
        /// The target's.
        theirs: u64,
        /// The harness's.
        ours: u32,
        /// The end of standard error.
        tail: String,
    },
    /// It ended by itself.
    #[error("died while {doing} ({end}){}", Shown(tail))]
    Died {
        /// What was under way.
        doing: &'static str,
        /// How it ended.
        end: End,
        /// The end of standard error.
        tail: String,
    },
    /// It closed its standard output and lived on.
    #[error("closed its standard output, over which it has to answer{}", Shown(tail))]
    ClosedOutput {
        /// The end of standard error.
        tail: String,
    },
    /// It printed something that is no reply.
    #[error("printed `{line}` on its standard output, where only replies may be ({reason}){}", Shown(tail))]
    BadReply {
        /// What it printed.
        line: String,
        /// What is wrong with it.
        reason: String,
        /// The end of standard error.
        tail: String,
    },
    /// It did not answer in time.
    #[error("did not answer `{asked}` within {}{}", Seconds(*limit), Shown(tail))]
    NoAnswer {
        /// The command.
        asked: &'static str,
        /// The limit.
        limit: Duration,
        /// The end of standard error.
        tail: String,
    },
    /// It answered that it cannot.
    #[error("answered `{asked}` with an error: {reason}")]
    Refused {
        /// The command.
        asked: &'static str,
        /// Its words.
        reason: String,
    },
    /// It did not end after the end of its input.
    #[error("was still running {} after the end of its input{}", Seconds(*limit), Shown(tail))]
    NeverStopped {
        /// The limit.
        limit: Duration,
        /// The end of standard error.
        tail: String,
    },
    /// It ended with another status than 0 after the end of its input.
    #[error("did not stop cleanly ({end}){}", Shown(tail))]
    BadEnd {
        /// How it ended.
        end: End,
        /// The end of standard error.
        tail: String,
    },
    /// It ended, and spans that its own ledger counts as ended never arrived.
    #[error(
        "ended {ended} sampled spans and exported {arrived}: its exporter or its shutdown loses spans{}",
        Shown(tail)
    )]
    SpansUnsent {
        /// By its ledger.
        ended: u64,
        /// What the harness received.
        arrived: u64,
        /// The end of standard error, where an exporter says why.
        tail: String,
    },
    /// It exported more spans of nobody than anybody would read about.
    #[error("exported {count} spans that belong to no call of the run: only {judged} of them are judged")]
    Strangers {
        /// How many.
        count: usize,
        /// How many are judged.
        judged: usize,
    },
    /// It exported what is no OTLP, or more than any run has a reason to.
    #[error("{count} of its export requests could not be taken: {}", reasons.join("; "))]
    BadExport {
        /// How many.
        count: usize,
        /// Why, of the first few.
        reasons: Vec<String>,
    },
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With this exit status.
    Status(i32),
    /// By this signal.
    Signal(i32),
    /// By the harness, because it took longer than this.
    Overtime(Duration),
    /// The operating system did not say.
    Unknown,
}

impl From<std::process::ExitStatus> for End {
    fn from(status: std::process::ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt;
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Status(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => Self::Unknown,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(code) => write!(f, "exit status {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
            Self::Overtime(limit) => write!(f, "stopped after {}", Seconds(*limit)),
            Self::Unknown => f.write_str("how it ended is not known"),
        }
    }
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs_f64())
    }
}
