//! What the command prints: everything goes through here.

use std::io::{self, Write};
use std::sync::mpsc;
use std::thread::JoinHandle;

use super::args::Format;
use crate::report::{Event, Human, Jsonl, Progress, Reporter, Sink};

/// Prints lines to standard output.
pub(super) fn print(text: &str) {
    // Whoever closed the pipe has read enough.
    let _ = anstream::stdout().write_all(text.as_bytes());
}

/// Prints an error to standard error.
pub(super) fn error(error: &dyn std::fmt::Display) {
    let _ = writeln!(anstream::stderr(), "error: {error}");
}

pub(super) fn note(note: &dyn std::fmt::Display) {
    let _ = writeln!(anstream::stderr(), "note: {note}");
}

/// Reporters on a thread of their own: a slow terminal or disk takes no time from calls whose times are measured.
pub(super) struct Reporting {
    thread: JoinHandle<io::Result<()>>,
}

impl Reporting {
    /// Starts the reporters, and gives the sink for events.
    pub(super) fn start(mut reporters: Vec<Box<dyn Reporter + Send>>) -> (Self, Sink) {
        let (sender, receiver) = mpsc::channel::<Event>();
        let thread = std::thread::spawn(move || {
            let mut result = Ok(());
            for event in receiver {
                for reporter in &mut reporters {
                    if result.is_ok() {
                        result = reporter.event(&event);
                    }
                }
                if matches!(event, Event::Ended { .. }) {
                    break;
                }
            }
            result
        });
        // Events that come when all is told are told to nobody.
        let sink = Sink::new(move |event| drop(sender.send(event)));
        (Self { thread }, sink)
    }

    /// Waits until everything is told.
    pub(super) fn finish(self) -> io::Result<()> {
        match self.thread.join() {
            Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// The reporter on standard output.
pub(super) fn reporter(format: Format, verbose: bool) -> Box<dyn Reporter + Send> {
    match format {
        Format::Human => {
            Box::new(Human::new(anstream::AutoStream::auto(io::stdout()), Progress::on_terminal(), verbose))
        }
        Format::Jsonl => Box::new(Jsonl::new(io::stdout())),
    }
}
