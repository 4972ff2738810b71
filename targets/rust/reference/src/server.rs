//! The server's end.

use crate::body::{BoxError, RequestBody, ResponseBody};
use crate::config::{Config, Instrument};
use crate::future::ResponseFuture;
use crate::policy::Stage;
use crate::tracked::Tracked;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// Gives every call that arrives a span of kind `SERVER`, which is current while its handler and its streams run.
///
/// ```no_run
/// # async fn serve(provider: opentelemetry_sdk::trace::SdkTracerProvider, routes: tonic::service::Routes) {
/// use tonic_trace_reference::{Config, ServerLayer};
///
/// tonic::transport::Server::builder()
///     .layer(ServerLayer::new(Config::new(&provider)))
///     .add_routes(routes)
///     .serve(([127, 0, 0, 1], 50051).into())
///     .await
///     .unwrap();
/// # }
/// ```
#[derive(Clone)]
pub struct ServerLayer {
    instrument: Arc<Instrument>,
}

impl ServerLayer {
    /// A layer that does as it is told.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let instrument = config.build();
        Self { instrument }
    }
}

impl fmt::Debug for ServerLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerLayer").finish_non_exhaustive()
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = ServerService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ServerService { inner, instrument: Arc::clone(&self.instrument) }
    }
}

/// A service whose calls are traced.
#[derive(Clone)]
pub struct ServerService<S> {
    inner: S,
    instrument: Arc<Instrument>,
}

impl<S: fmt::Debug> fmt::Debug for ServerService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("ServerService");
        f.field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for ServerService<S>
where
    S: Service<Request<tonic::body::Body>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = BoxError;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        let tracked = Tracked::server(&self.instrument, &mut head);
        let body = RequestBody::wrap(body, &tracked);
        let guard = tracked.attach(Stage::Call);
        let inner = self.inner.call(Request::from_parts(head, body));
        drop(guard);
        ResponseFuture::new(inner, tracked)
    }
}
