//! Control's lines on standard input and output.

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The standard output that the process was started with, from where lines go out whole. Clones share.
///
/// A thread of its own writes, so that a reader who is slow holds up no call.
#[derive(Debug, Clone)]
pub(super) struct Output {
    lines: mpsc::Sender<Option<String>>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Output {
    /// Takes standard output away from everybody else: what they print comes out on standard error from here on.
    pub(super) fn take_stdout() -> io::Result<Self> {
        let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        rustix::stdio::dup2_stdout(io::stderr())?;
        let (lines, queue) = mpsc::channel();
        let writer = thread::Builder::new().name("control-output".to_owned()).spawn(move || write(stdout, &queue))?;
        Ok(Self { lines, writer: Arc::new(Mutex::new(Some(writer))) })
    }

    /// Writes a line.
    pub(super) fn line(&self, line: String) {
        // The writer has stopped only if nobody reads.
        let _ = self.lines.send(Some(line));
    }

    /// Writes what is left.
    pub(super) fn close(&self) {
        let _ = self.lines.send(None);
        if let Some(writer) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A writer that panicked has written what it could.
            let _ = writer.join();
        }
    }
}

fn write(mut stdout: File, queue: &mpsc::Receiver<Option<String>>) {
    while let Ok(Some(mut line)) = queue.recv() {
        line.push('\n');
        if stdout.write_all(line.as_bytes()).is_err() {
            return;
        }
    }
}

/// The lines of standard input, until it ends. A line that is no UTF-8 comes with replacement characters.
pub(super) fn input() -> UnboundedReceiver<String> {
    let (sender, lines) = unbounded_channel();
    // Tokio's own standard input reads on a blocking thread as well, and would keep the runtime from shutting down.
    thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        let mut line = Vec::new();
        loop {
            line.clear();
            match stdin.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim();
            if !text.is_empty() && sender.send(text.to_owned()).is_err() {
                return;
            }
        }
    });
    lines
}
