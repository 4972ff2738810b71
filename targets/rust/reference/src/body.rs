//! The two bodies of a call, watched as they go by.

use crate::call::{Direction, Side};
use crate::framing::FrameReader;
use crate::outcome::Outcome;
use crate::policy::Stage;
use crate::tracked::Tracked;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// The error of the layers: whatever the service inside failed with, unchanged.
pub type BoxError = Box<dyn Error + Send + Sync>;

pin_project! {
    /// The response of a traced call. Its last frame, its error or its drop ends the span.
    pub struct ResponseBody<B> {
        #[pin]
        inner: Option<B>,
        watch: Watch,
    }

    impl<B> PinnedDrop for ResponseBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.watch.tracked.is_open() {
                let guard = this.watch.tracked.attach(Stage::Drop);
                this.inner.set(None);
                drop(guard);
                this.watch.tracked.dropped(this.watch.is_polling, this.watch.headers.as_ref());
            }
        }
    }
}

impl<B> ResponseBody<B>
where
    B: Body<Data = Bytes>,
{
    pub(crate) fn wrap(response: Response<B>, tracked: Arc<Tracked>) -> Response<Self> {
        let (mut head, body) = response.into_parts();
        let known = tracked.answered(&mut head, body.is_end_stream());
        let headers = tracked.kept(&head.headers);
        let may_be_compressed = tracked.side() == Side::Server || is_encoded(&head.headers);
        let watch = Watch { frames: FrameReader::new(may_be_compressed), known, headers, is_polling: false, tracked };
        let inner = Some(body);
        Response::from_parts(head, Self { inner, watch })
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut this = self.project();
        let watch = this.watch;
        let Some(mut inner) = this.inner.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let guard = watch.tracked.attach(Stage::ResponseBody);
        watch.is_polling = true;
        let polled = inner.as_mut().poll_frame(cx);
        watch.is_polling = false;
        drop(guard);
        let polled = ready!(polled);
        let mut polled = polled.map(|frame| frame.map_err(Into::into));
        if watch.tracked.is_open() {
            match &mut polled {
                Some(Ok(frame)) => watch.frame(frame, || inner.is_end_stream()),
                Some(Err(error)) => watch.tracked.failed(&**error, watch.headers.as_ref()),
                None => watch.end(),
            }
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let empty = || SizeHint::with_exact(0);
        self.inner.as_ref().map_or_else(empty, Body::size_hint)
    }
}

/// What is remembered of a response while it is read.
struct Watch {
    tracked: Arc<Tracked>,
    frames: FrameReader,
    known: Option<Outcome>,
    headers: Option<HeaderMap>,
    /// Still true when the body is dropped: its poll panicked.
    is_polling: bool,
}

impl Watch {
    fn frame(&mut self, frame: &mut Frame<Bytes>, is_end: impl FnOnce() -> bool) {
        if let Some(trailers) = frame.trailers_mut() {
            let known = self.known.take();
            self.tracked.trailers(trailers, known, self.headers.as_ref());
            return;
        }
        let direction = match self.tracked.side() {
            Side::Client => Direction::Received,
            Side::Server => Direction::Sent,
        };
        let bytes = frame.data_ref().map_or(&[][..], |data| data);
        let message = |framed| self.tracked.message(direction, framed);
        if let Some(flag) = self.frames.read(bytes, message) {
            self.tracked.malformed(flag, self.headers.as_ref());
        }
        // Who is told that the stream is over does not ask for trailers.
        if self.tracked.is_open() && is_end() {
            self.end();
        }
    }

    fn end(&mut self) {
        let known = self.known.take();
        let is_inside = self.frames.is_inside();
        self.tracked.end_of_body(is_inside, known, self.headers.as_ref());
    }
}

pin_project! {
    /// The request of a traced call. It never ends the span: a client may be done sending long before the answer.
    pub(crate) struct RequestBody<B> {
        #[pin]
        inner: B,
        tracked: Arc<Tracked>,
        frames: FrameReader,
    }
}

impl<B> RequestBody<B>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    /// The request as the service inside takes it. Where nobody looks, it is passed on as it is.
    pub(crate) fn wrap(inner: B, tracked: &Arc<Tracked>) -> tonic::body::Body {
        if tracked.side() == Side::Server && !tracked.is_open() {
            return tonic::body::Body::new(inner);
        }
        tonic::body::Body::new(Self { inner, tracked: Arc::clone(tracked), frames: FrameReader::new(true) })
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body<Data = Bytes>,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.project();
        let tracked = this.tracked;
        let guard = tracked.attach(Stage::RequestBody);
        let polled = this.inner.poll_frame(cx);
        drop(guard);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(bytes) = frame.data_ref()
            && tracked.is_open()
        {
            let direction = match tracked.side() {
                Side::Client => Direction::Sent,
                Side::Server => Direction::Received,
            };
            // What a request is made of is the server's to judge, and its status tells.
            _ = this.frames.read(bytes, |framed| tracked.message(direction, framed));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Whether the messages of a response may be compressed.
fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get(HeaderName::from_static("grpc-encoding")).is_some_and(|encoding| encoding != "identity")
}
