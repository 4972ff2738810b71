//! The time between a request and the headers of its response.

use crate::body::{BoxError, ResponseBody};
use crate::policy::Stage;
use crate::tracked::Tracked;
use bytes::Bytes;
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The response to come of a traced call. To drop it ends the span.
    pub struct ResponseFuture<F> {
        #[pin]
        inner: Option<F>,
        tracked: Arc<Tracked>,
        is_polling: bool,
        is_done: bool,
    }

    impl<F> PinnedDrop for ResponseFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if !*this.is_done {
                let guard = this.tracked.attach(Stage::Drop);
                this.inner.set(None);
                drop(guard);
                this.tracked.dropped(*this.is_polling, None);
            }
        }
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn new(inner: F, tracked: Arc<Tracked>) -> Self {
        Self { inner: Some(inner), tracked, is_polling: false, is_done: false }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Data = Bytes>,
    E: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody<B>>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let inner = this.inner.as_mut().as_pin_mut();
        let inner = inner.expect("a future is not polled after it is done");
        let guard = this.tracked.attach(Stage::Call);
        // Stays true if the poll panics, which tells a crash from a cancellation.
        *this.is_polling = true;
        let polled = inner.poll(cx);
        *this.is_polling = false;
        let result = ready!(polled);
        this.inner.set(None);
        drop(guard);
        *this.is_done = true;
        Poll::Ready(match result {
            Ok(response) => Ok(ResponseBody::wrap(response, Arc::clone(this.tracked))),
            Err(error) => {
                let error = error.into();
                this.tracked.failed(&*error, None);
                Err(error)
            }
        })
    }
}
