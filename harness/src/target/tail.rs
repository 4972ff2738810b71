//! The end of what a program wrote: all that a report needs of it, however much there was.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

/// How many bytes are kept.
const KEPT: usize = 8 * 1024;

/// How many lines of them are shown.
const SHOWN_LINES: usize = 30;

/// The last bytes of a stream that is still being read.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    /// Reads a stream to its end, so that its writer never blocks.
    pub(super) async fn read(&self, mut stream: impl AsyncRead + Unpin) {
        let mut chunk = vec![0; 4096];
        loop {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => break,
                Ok(length) => self.push(&chunk[..length]),
            }
        }
    }

    fn push(&self, bytes: &[u8]) {
        // Bytes are whole whatever happened to the thread that held them.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(bytes);
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }

    /// The last lines so far.
    pub(super) fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<_> = text.trim_end().lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}

/// The end of a program's output as an error shows it: indented, below the error's own line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown<'a>(pub(super) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("; it wrote nothing to standard error");
        }
        f.write_str("; it wrote last:")?;
        self.0.lines().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_end_is_kept() {
        let tail = Tail::default();
        let text: String = (0..5000).map(|line| format!("line {line}\n")).collect();
        tail.read(text.as_bytes()).await;
        let shown = tail.text();
        assert_eq!(shown.lines().count(), SHOWN_LINES);
        assert!(shown.ends_with("line 4999"), "{shown}");
    }
}
