//! The server's end of a call, as the interpreter sees it.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use conformance_proto::v1::{self, Message};
use tonic::metadata::MetadataMap;
use tonic::{Code, Status, Streaming};

use super::client::zeros;
use crate::ends::{Ending, Over, Received, ServerCall, Unsupported};
use crate::metadata;

/// What the interpreter puts out, and whoever polls it (see [`Play`](super::play::Play)) takes: one thing at a time.
///
/// Both sit in one task, so that taking needs no waker: the taker polls the interpreter whenever it is polled itself.
#[derive(Debug, Default)]
pub(super) struct Hatch(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    out: Option<Out>,
    /// The interpreter waits until what was taken has gone on to HTTP/2.
    flushing: bool,
    /// The taker is gone.
    left: bool,
    /// The taker went before it took an ending: the call is over, and this is how the server is told.
    told: bool,
    waker: Option<Waker>,
}

/// One thing that goes out.
#[derive(Debug)]
pub(super) enum Out {
    Headers(MetadataMap),
    Message(Message),
    Ending(Way),
}

/// How a call ends.
#[derive(Debug)]
pub(super) enum Way {
    Status(Status),
    Panic(String),
}

impl Hatch {
    /// What was put out; or whether somebody has to come again, because what was taken before must go on first.
    pub(super) fn take(&self) -> Result<Out, Again> {
        let mut state = self.lock();
        if let Some(out) = state.out.take() {
            return Ok(out);
        }
        Err(Again(std::mem::take(&mut state.flushing)))
    }

    /// The taker is gone; `ended` says whether it took an ending.
    pub(super) fn leave(&self, ended: bool) {
        let mut state = self.lock();
        state.left = true;
        state.told |= !ended;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll(&self, cx: &mut Context<'_>, ready: impl FnOnce(&State) -> bool) -> Poll<()> {
        let mut state = self.lock();
        if ready(&state) {
            return Poll::Ready(());
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Every statement under this lock leaves the state whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether to come again at once.
pub(super) struct Again(pub(super) bool);

/// Whether the request's body broke off, which tonic hides behind an ordinary end.
#[derive(Debug, Clone, Default)]
pub(super) struct BrokenOff(pub(super) Arc<std::sync::atomic::AtomicBool>);

/// The server's end of one call.
pub(super) struct Served {
    pub(super) hatch: Arc<Hatch>,
    pub(super) requests: Streaming<Message>,
    pub(super) broken_off: BrokenOff,
    pub(super) headers_sent: bool,
    pub(super) complaint: Option<String>,
}

impl Served {
    /// Puts something out and waits until it is taken.
    async fn put(&mut self, out: Out) -> Result<(), Over> {
        let mut out = Some(out);
        poll_fn(|_| {
            let mut state = self.hatch.lock();
            if state.left {
                return Poll::Ready(Err(Over));
            }
            match out.take() {
                Some(out) => state.out = Some(out),
                None if state.out.is_none() => return Poll::Ready(Ok(())),
                None => {}
            }
            // No waker: the taker comes back, or leaves and hands this future to a task that polls it.
            Poll::Pending
        })
        .await
    }

    fn complain(&mut self, what: Option<String>) {
        if let Some(what) = what {
            self.complaint.get_or_insert(what);
        }
    }

    /// The request broke off: the taker is about to be dropped. Until then nothing goes on, so that the server is told
    /// in one way only; but a layer that breaks requests off without dropping the call must not hang it.
    async fn until_told(&mut self) {
        let mut polls = 0;
        poll_fn(|cx| {
            polls += 1;
            let mut state = self.hatch.lock();
            if !state.told && polls < 3 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            state.told = true;
            Poll::Ready(())
        })
        .await;
    }

    fn status(&mut self, end: v1::End) -> Status {
        let (trailers, complaint) = metadata::to_headers(&end.trailers);
        self.complain(complaint);
        let code = i32::try_from(end.code).map_or(Code::Unknown, Code::from_i32);
        let details = Bytes::from(end.details);
        let status = Status::with_details_and_metadata(code, end.message, details, MetadataMap::from_headers(trailers));
        match end.via.as_str() {
            "" => status,
            "from_error" => Status::from_error(Box::new(status)),
            via => {
                self.complain(Some(format!("no way to end a call: {via:?}")));
                status
            }
        }
    }
}

impl ServerCall for Served {
    async fn receive(&mut self) -> Received {
        match self.requests.message().await {
            Ok(Some(_)) => return Received::Message,
            Ok(None) => {}
            Err(status) if !self.broken_off.is_set() => {
                self.complain(Some(format!("a request that is none: {status}")));
                return Received::End;
            }
            Err(_) => {}
        }
        if self.broken_off.is_set() {
            self.until_told().await;
            return Received::Over;
        }
        Received::End
    }

    async fn send_headers(&mut self, metadata: &[v1::Metadata]) -> Result<(), Over> {
        if self.headers_sent {
            return if self.is_cancelled() { Err(Over) } else { Ok(()) };
        }
        let (headers, complaint) = metadata::to_headers(metadata);
        self.complain(complaint);
        self.headers_sent = true;
        self.put(Out::Headers(MetadataMap::from_headers(headers))).await
    }

    async fn send(&mut self, size: u32) -> Result<(), Over> {
        self.send_headers(&[]).await?;
        self.put(Out::Message(zeros(size))).await
    }

    async fn end(&mut self, ending: Ending) -> Result<(), Over> {
        let way = match ending {
            Ending::Status(end) => Way::Status(self.status(end)),
            Ending::Fail(fail) => match fail.how.as_str() {
                "panic" => Way::Panic(fail.message),
                how => {
                    if how != "error" {
                        self.complain(Some(format!("no way to fail: {how:?}")));
                    }
                    Way::Status(Status::from_error(fail.message.into()))
                }
            },
        };
        let mut state = self.hatch.lock();
        if state.left {
            return Err(Over);
        }
        // Not awaited: most lists end here, and then this future is ready before the ending is taken.
        state.out = Some(Out::Ending(way));
        Ok(())
    }

    async fn wire(&mut self, _: &v1::Wire) -> Result<(), Unsupported> {
        Err(Unsupported("tonic cannot leave gRPC".to_owned()))
    }

    async fn cancelled(&mut self) {
        poll_fn(|cx| self.hatch.poll(cx, |state| state.told)).await;
    }

    fn is_cancelled(&self) -> bool {
        self.hatch.lock().told
    }

    async fn flush(&mut self) {
        let mut asked = false;
        poll_fn(|cx| {
            let mut state = self.hatch.lock();
            if !std::mem::replace(&mut asked, true) {
                state.flushing = true;
            }
            drop(state);
            self.hatch.poll(cx, |state| state.left || !state.flushing)
        })
        .await;
    }

    async fn ended(&mut self) {
        poll_fn(|cx| self.hatch.poll(cx, |state| state.left)).await;
    }

    fn complaint(&mut self) -> Option<String> {
        self.complaint.take()
    }
}

impl BrokenOff {
    pub(super) fn set(&self) {
        self.0.store(true, std::sync::atomic::Ordering::Release);
    }

    fn is_set(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Acquire)
    }
}
