//! One HTTP/2 connection as the ends on it see it.
//!
//! `h2` hands frames to whoever drives the connection and does not say when they have left. A [`Link`] does: whoever drives
//! the connection drives it through [`Link::poll_drive`], and whoever is on it can wait until all that was sent has gone
//! into the socket. That is what keeps a reset from overtaking the messages before it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;

/// How this end leaves a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// With a GOAWAY that names this as the last stream that was processed.
    GoAway {
        /// A stream id.
        last: u32,
    },
    /// By closing it.
    Close,
}

/// What driving a connection came to.
#[derive(Debug)]
pub(super) enum Driven {
    /// The connection is over.
    Over,
    /// Everything that was sent is in the socket, and this end wants to leave.
    Leave(Leave),
}

/// One connection.
#[derive(Debug, Default)]
pub(super) struct Link {
    driver: AtomicWaker,
    /// The socket takes no more at present.
    blocked: AtomicBool,
    wishes: Mutex<Wishes>,
}

#[derive(Debug, Default)]
struct Wishes {
    /// Who waits until what was sent is in the socket.
    flush: Vec<oneshot::Sender<()>>,
    leave: Option<Leave>,
    closed: bool,
}

impl Link {
    /// Waits until what was sent so far, as far as flow control let it go, is in the socket, or the connection is over.
    pub(super) async fn flush(&self) {
        let (done, left) = oneshot::channel();
        {
            let mut wishes = self.wishes();
            if wishes.closed {
                return;
            }
            wishes.flush.push(done);
        }
        self.driver.wake();
        // An error says that the connection is over.
        let _ = left.await;
    }

    /// Leaves the connection, and waits until that is done.
    pub(super) async fn leave(&self, leave: Leave) {
        self.wishes().leave = Some(leave);
        self.flush().await;
    }

    /// Whether the connection is over.
    pub(super) fn is_closed(&self) -> bool {
        self.wishes().closed
    }

    /// Drives the connection by `poll`, which must return pending only when `h2` is at rest.
    pub(super) fn poll_drive(
        &self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<()>,
    ) -> Poll<Driven> {
        self.driver.register(cx.waker());
        // Who asked before the poll is served by it; who asks during it wakes this task again.
        let mut waiting = std::mem::take(&mut self.wishes().flush);
        if poll(cx).is_ready() {
            return Poll::Ready(Driven::Over);
        }
        let mut wishes = self.wishes();
        if self.blocked.load(Ordering::Relaxed) {
            wishes.flush.append(&mut waiting);
            return Poll::Pending;
        }
        if let Some(leave) = wishes.leave.take() {
            // They wait for the leave too.
            wishes.flush.append(&mut waiting);
            return Poll::Ready(Driven::Leave(leave));
        }
        drop(wishes);
        for done in waiting {
            let _ = done.send(());
        }
        Poll::Pending
    }

    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by whoever drives a connection; dropped when the connection is over.
#[derive(Debug)]
pub(super) struct Driving(pub(super) Arc<Link>);

impl Drop for Driving {
    fn drop(&mut self) {
        let mut wishes = self.0.wishes();
        wishes.closed = true;
        wishes.flush.clear();
    }
}

/// A socket that tells its link whether it takes more.
#[derive(Debug)]
pub(super) struct Tap<S> {
    socket: S,
    link: Arc<Link>,
}

impl<S> Tap<S> {
    pub(super) fn new(socket: S, link: Arc<Link>) -> Self {
        Self { socket, link }
    }

    fn note<T>(&self, polled: Poll<T>) -> Poll<T> {
        self.link.blocked.store(polled.is_pending(), Ordering::Relaxed);
        polled
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.note(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write_vectored(cx, bytes);
        self.note(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.socket).poll_flush(cx);
        self.note(polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
