//! The messages of a request on their way from the client's steps to hyper.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use conformance_proto::v1::Message;
use futures_util::Stream;

use crate::ends::Over;

/// The sending side. Dropping it closes the request.
#[derive(Debug)]
pub(super) struct Outbox(Arc<Mutex<State>>);

/// The request, as tonic takes it.
#[derive(Debug)]
pub(super) struct Outgoing(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    queued: Option<Message>,
    closed: bool,
    /// The request is on its way: its headers are out, or it never will be.
    started: bool,
    /// The request is complete, or nobody wants it any more.
    gone: bool,
    /// How often hyper has to ask again until the last message has surely left tonic's buffer.
    unflushed: u8,
    flushing: bool,
    sender: Option<Waker>,
    taker: Option<Waker>,
}

/// A request of one message and the half-close, or one that is still open.
pub(super) fn outbox(single: Option<Message>) -> (Outbox, Outgoing) {
    let state = State { closed: single.is_some(), queued: single, ..State::default() };
    let state = Arc::new(Mutex::new(state));
    (Outbox(state.clone()), Outgoing(state))
}

impl Outbox {
    /// Ready once the request's headers are out.
    pub(super) fn poll_started(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.0);
        if state.started {
            return Poll::Ready(());
        }
        state.sender = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Takes the message once the one before it is on its way.
    pub(super) fn poll_send(&self, cx: &mut Context<'_>, message: &mut Option<Message>) -> Poll<Result<(), Over>> {
        let mut state = lock(&self.0);
        if state.gone || state.closed {
            return Poll::Ready(Err(Over));
        }
        if state.queued.is_some() {
            state.sender = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.queued = message.take();
        wake(state, |state| &mut state.taker);
        Poll::Ready(Ok(()))
    }

    /// Sends no more.
    pub(super) fn close(&self) {
        let mut state = lock(&self.0);
        state.closed = true;
        wake(state, |state| &mut state.taker);
    }

    /// Whether more can be sent.
    pub(super) fn is_open(&self) -> bool {
        let state = lock(&self.0);
        !state.closed && !state.gone
    }

    /// Ready once all that was sent, and the half-close, was handed to HTTP/2.
    pub(super) fn poll_flushed(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.0);
        if state.gone || (state.queued.is_none() && state.unflushed == 0 && !state.closed) {
            return Poll::Ready(());
        }
        state.sender = Some(cx.waker().clone());
        if !std::mem::replace(&mut state.flushing, true) {
            wake(state, |state| &mut state.taker);
        }
        Poll::Pending
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.close();
    }
}

impl Stream for Outgoing {
    type Item = Message;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        let mut state = lock(&self.0);
        state.started = true;
        if let Some(message) = state.queued.take() {
            // tonic asks again before it passes its buffer on, and hyper asks again after it has written that.
            state.unflushed = 2;
            wake(state, |state| &mut state.sender);
            return Poll::Ready(Some(message));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        state.unflushed = state.unflushed.saturating_sub(1);
        state.taker = Some(cx.waker().clone());
        if state.unflushed == 0 {
            state.flushing = false;
        } else if state.flushing {
            // A buffer that was full was passed on already: then nobody asks again unless woken.
            cx.waker().wake_by_ref();
        }
        wake(state, |state| &mut state.sender);
        Poll::Pending
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.started = true;
        state.gone = true;
        state.queued = None;
        wake(state, |state| &mut state.sender);
    }
}

/// Unlocks, then wakes: what is woken may run at once on another thread.
fn wake(mut state: MutexGuard<'_, State>, which: impl FnOnce(&mut State) -> &mut Option<Waker>) {
    let waker = which(&mut state).take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Every statement under this lock leaves the state whole.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
