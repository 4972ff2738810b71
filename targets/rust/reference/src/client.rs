//! The client's end.

use crate::body::{BoxError, RequestBody, ResponseBody};
use crate::config::{Config, Instrument};
use crate::future::ResponseFuture;
use crate::policy::Stage;
use crate::target::Target;
use crate::tracked::Tracked;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use tonic::transport::Endpoint;
use tower_layer::Layer;
use tower_service::Service;

/// Gives every call that leaves a span of kind `CLIENT`, and sends its context along.
///
/// ```no_run
/// # async fn connect(provider: opentelemetry_sdk::trace::SdkTracerProvider) {
/// use tonic_trace_reference::{ClientLayer, Config};
///
/// let target = tonic::transport::Endpoint::from_static("http://grpc.io:50051");
/// let layer = ClientLayer::new(Config::new(&provider)).with_endpoint(&target);
/// let channel = tower::ServiceBuilder::new()
///     .layer(layer)
///     .service(target.connect_lazy());
/// # }
/// ```
#[derive(Clone)]
pub struct ClientLayer {
    instrument: Arc<Instrument>,
    target: Option<Arc<Target>>,
}

impl ClientLayer {
    /// A layer that does as it is told.
    ///
    /// It takes `server.address`, which is required, from [`with_target`](Self::with_target) or
    /// [`with_endpoint`](Self::with_endpoint), and else from the request. A tonic channel puts its address into
    /// requests only after the layer saw them, so give it one of the two.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { instrument: config.build(), target: None }
    }

    /// The [target](https://grpc.github.io/grpc/core/md_doc_naming.html) of the channel, such as
    /// `dns:///grpc.io:50051`.
    #[must_use]
    pub fn with_target(mut self, target: &str) -> Self {
        self.target = Some(Arc::new(Target::parse(target)));
        self
    }

    /// The endpoint of the channel. One with a connector of its own, a Unix socket say, needs
    /// [`with_target`](Self::with_target), as its address is made up.
    #[must_use]
    pub fn with_endpoint(self, endpoint: &Endpoint) -> Self {
        self.with_target(&endpoint.uri().to_string())
    }
}

impl fmt::Debug for ClientLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("ClientLayer");
        f.field("target", &self.target).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = ClientService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ClientService { inner, instrument: Arc::clone(&self.instrument), target: self.target.clone() }
    }
}

/// A channel whose calls are traced.
#[derive(Clone)]
pub struct ClientService<S> {
    inner: S,
    instrument: Arc<Instrument>,
    target: Option<Arc<Target>>,
}

impl<S: fmt::Debug> fmt::Debug for ClientService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("ClientService");
        f.field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for ClientService<S>
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
        let tracked = Tracked::client(&self.instrument, &mut head, self.target.as_deref());
        let body = RequestBody::wrap(body, &tracked);
        let guard = tracked.attach(Stage::Call);
        let inner = self.inner.call(Request::from_parts(head, body));
        drop(guard);
        ResponseFuture::new(inner, tracked)
    }
}
