//! Layers outside or inside of the instrumentation's: middleware that a user could have, were it not wrong.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use tonic::body::Body;
use tower::BoxError;
use tower::util::BoxCloneSyncService;
use tower_layer::Layer;
use tower_service::Service;

/// The response to come.
pub type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

/// What a layer wraps, ready to be called once; a clone of it has to be made ready first.
pub type Next = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// What a layer does with a call.
pub trait Around: Send + Sync + 'static {
    /// Makes the response of the request, by `next` or otherwise.
    fn call(&self, request: Request<Body>, next: Next) -> Answer;
}

/// A layer, or none.
#[derive(Clone)]
pub(crate) struct AroundLayer(pub(crate) Option<Arc<dyn Around>>);

impl<S> Layer<S> for AroundLayer {
    type Service = AroundService<S>;

    fn layer(&self, inner: S) -> AroundService<S> {
        AroundService { inner, around: self.0.clone() }
    }
}

#[derive(Clone)]
pub(crate) struct AroundService<S> {
    inner: S,
    around: Option<Arc<dyn Around>>,
}

impl<S, B, R> Service<Request<B>> for AroundService<S>
where
    S: Service<Request<Body>, Response = Response<R>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Answer {
        let request = request.map(Body::new);
        let Some(around) = &self.around else {
            let answer = self.inner.call(request);
            return Box::pin(async move { answer.await.map(|response| response.map(Body::new)).map_err(Into::into) });
        };
        // The one that was made ready is the one to call.
        let clone = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, clone);
        around.call(request, BoxCloneSyncService::new(Boxing(ready)))
    }
}

/// A service whose bodies and errors have the types that layers agree on.
#[derive(Clone)]
struct Boxing<S>(S);

impl<S, R> Service<Request<Body>> for Boxing<S>
where
    S: Service<Request<Body>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Answer {
        let answer = self.0.call(request);
        Box::pin(async move { answer.await.map(|response| response.map(Body::new)).map_err(Into::into) })
    }
}

/// A layer that changes the request's headers.
pub struct OnRequest<F>(pub F);

impl<F: Fn(&mut Request<Body>) + Send + Sync + 'static> Around for OnRequest<F> {
    fn call(&self, mut request: Request<Body>, mut next: Next) -> Answer {
        (self.0)(&mut request);
        next.call(request)
    }
}

/// A layer that changes the response.
pub struct OnResponse<F>(pub Arc<F>);

impl<F: Fn(Response<Body>) -> Response<Body> + Send + Sync + 'static> OnResponse<F> {
    /// By this change.
    pub fn new(change: F) -> Self {
        Self(Arc::new(change))
    }
}

impl<F: Fn(Response<Body>) -> Response<Body> + Send + Sync + 'static> Around for OnResponse<F> {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        let (answer, change) = (next.call(request), Arc::clone(&self.0));
        Box::pin(async move { answer.await.map(|response| change(response)) })
    }
}

/// A body each of whose frames becomes none, one or several.
pub fn frames(body: Body, change: impl FnMut(Frame<Bytes>) -> Vec<Frame<Bytes>> + Send + 'static) -> Body {
    Body::new(Frames { body, change, ready: Vec::new() })
}

struct Frames<F> {
    body: Body,
    change: F,
    /// Taken from the end.
    ready: Vec<Frame<Bytes>>,
}

impl<F: FnMut(Frame<Bytes>) -> Vec<Frame<Bytes>> + Send + 'static> http_body::Body for Frames<F> {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, tonic::Status>>> {
        let this = self.get_mut();
        loop {
            if let Some(frame) = this.ready.pop() {
                return Poll::Ready(Some(Ok(frame)));
            }
            match std::task::ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    this.ready = (this.change)(frame);
                    this.ready.reverse();
                }
                other => return Poll::Ready(other),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ready.is_empty() && self.body.is_end_stream()
    }
}

impl<F> Unpin for Frames<F> {}

/// A body at whose end something is done.
pub fn at_end(body: Body, act: impl FnOnce() + Send + 'static) -> Body {
    Body::new(AtEnd { body, act: Some(act) })
}

struct AtEnd<F> {
    body: Body,
    act: Option<F>,
}

impl<F: FnOnce() + Send + 'static> http_body::Body for AtEnd<F> {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, tonic::Status>>> {
        let this = self.get_mut();
        let polled = std::task::ready!(Pin::new(&mut this.body).poll_frame(cx));
        // Who is told that the body is over does not ask for more.
        if (polled.is_none() || this.body.is_end_stream())
            && let Some(act) = this.act.take()
        {
            act();
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

impl<F> Unpin for AtEnd<F> {}

/// A body of one empty message.
#[must_use]
pub fn empty_message() -> Body {
    Body::new(http_body_util::Full::new(Bytes::from_static(&[0; 5])))
}

/// The method of a request, without its service.
#[must_use]
pub fn method<B>(request: &Request<B>) -> &str {
    request.uri().path().rsplit('/').next().unwrap_or_default()
}
