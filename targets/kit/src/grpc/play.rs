//! The interpreter's future while tonic polls it, and where it goes when tonic does not any more.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use conformance_proto::v1::Message;
use futures_util::Stream;
use http_body::{Frame, SizeHint};
use opentelemetry::context::FutureExt;
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};

use super::server::{Again, Hatch, Out, Way};

/// A running list of steps. Dropping it moves what is left of the list to a task.
pub(super) struct Play {
    steps: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    hatch: Arc<Hatch>,
    /// The handler's context at its beginning, for the rest of the list.
    context: opentelemetry::Context,
    tasks: TaskTracker,
    ended: bool,
}

impl Play {
    pub(super) fn new(steps: Pin<Box<dyn Future<Output = ()> + Send>>, hatch: Arc<Hatch>, tasks: TaskTracker) -> Self {
        Self { steps: Some(steps), hatch, context: opentelemetry::Context::current(), tasks, ended: false }
    }

    /// Whether steps are left.
    pub(super) fn is_unfinished(&self) -> bool {
        self.steps.is_some()
    }

    /// Works on the list until something goes out.
    pub(super) fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<Out> {
        if let Some(steps) = &mut self.steps
            && steps.as_mut().poll(cx).is_ready()
        {
            self.steps = None;
        }
        match self.hatch.take() {
            Ok(out) => {
                self.ended |= matches!(out, Out::Ending(_));
                Poll::Ready(out)
            }
            // The request broke off, and yet nobody has dropped this: a layer's doing, which must not hang the call.
            Err(_) if self.steps.is_none() && !self.ended => {
                self.ended = true;
                Poll::Ready(Out::Ending(Way::Status(Status::cancelled("the request broke off"))))
            }
            Err(Again(again)) => {
                if again {
                    cx.waker().wake_by_ref();
                }
                Poll::Pending
            }
        }
    }
}

impl Drop for Play {
    fn drop(&mut self) {
        self.hatch.leave(self.ended);
        let Some(steps) = self.steps.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let context = std::mem::take(&mut self.context);
        let rest = async move {
            // Whoever dropped this has more to drop and to end, such as the server's span: let it.
            tokio::task::yield_now().await;
            steps.await;
        };
        self.tasks.spawn_on(rest.with_context(context), &runtime);
    }
}

impl fmt::Debug for Play {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Play").field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// The messages of a response, and how it ends.
#[derive(Debug)]
pub(super) struct Responses {
    play: Play,
    /// An ending that came before the headers it needs.
    ending: Option<Status>,
    ended: bool,
}

impl Responses {
    pub(super) fn new(play: Play, ending: Option<Status>) -> Self {
        Self { play, ending, ended: false }
    }
}

impl Stream for Responses {
    type Item = Result<Message, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if let Some(status) = self.ending.take() {
            self.ended = true;
            return Poll::Ready(last(status));
        }
        match self.play.poll_out(cx) {
            Poll::Ready(Out::Message(message)) => Poll::Ready(Some(Ok(message))),
            Poll::Ready(Out::Ending(way)) => {
                self.ended = true;
                Poll::Ready(last(way.into_status()))
            }
            // The server's end sends headers once, and the handler took them.
            Poll::Ready(Out::Headers(_)) | Poll::Pending => Poll::Pending,
        }
    }
}

impl Way {
    /// # Panics
    /// If that is the way.
    pub(super) fn into_status(self) -> Status {
        match self {
            Self::Status(status) => status,
            // Unwinds as `panic!` does, but without the panic hook: a scripted panic is no bug to be reported, and its
            // backtrace costs more than the call.
            Self::Panic(message) => std::panic::resume_unwind(Box::new(message)),
        }
    }
}

/// The last item of a response stream. tonic makes the trailers of OK by itself unless they hold anything more.
fn last(status: Status) -> Option<Result<Message, Status>> {
    let is_plain = status.code() == Code::Ok
        && status.message().is_empty()
        && status.details().is_empty()
        && status.metadata().is_empty();
    (!is_plain).then_some(Err(status))
}

/// What a handler gives tonic: headers and a stream, or only a status.
pub(super) enum Handled {
    Response(MetadataMap, Responses),
    Status(Status, Play),
}

/// Works on the list until tonic can be answered.
pub(super) async fn handle(mut play: Play) -> Handled {
    match std::future::poll_fn(|cx| play.poll_out(cx)).await {
        Out::Headers(metadata) => Handled::Response(metadata, Responses::new(play, None)),
        Out::Ending(way) => {
            let status = way.into_status();
            if status.code() == Code::Ok {
                Handled::Response(MetadataMap::new(), Responses::new(play, Some(status)))
            } else {
                Handled::Status(status, play)
            }
        }
        Out::Message(_) => unreachable!("the server's end sends headers before a message"),
    }
}

/// A body that takes a list along which has steps left, so that they run once the response has left.
pub(super) struct Carrying {
    pub(super) body: Body,
    pub(super) _play: Play,
}

impl http_body::Body for Carrying {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
