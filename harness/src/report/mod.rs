//! One stream of events, and those who consume it.

mod describe;
mod event;
mod human;
mod jsonl;
mod notation;
mod save;
mod scorecard;
mod style;

use std::io;

pub use describe::describe;
pub use event::{Event, RunName, Sink, Tally};
pub use human::{Human, Progress};
pub use jsonl::{CaseLine, FindingLine, Jsonl, TotalsLine, VERSION};
pub use notation::{marks, naming, trace};
pub use save::{Save, file_name};

/// Whoever tells what happens.
pub trait Reporter {
    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// If it cannot be told: a full disk, a closed pipe.
    fn event(&mut self, event: &Event) -> io::Result<()>;
}
