//! Middleware with a span of its own, as frameworks and transports have.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use http::{Request, request};
use opentelemetry::Context;
use opentelemetry::trace::{FutureExt as _, TraceContextExt as _};
use opentelemetry_sdk::trace::SdkTracer;
use tower::{Layer, Service};

/// Sees a request, and may begin a span: the context that what is inside runs in.
pub(crate) type Begin = Arc<dyn Fn(&SdkTracer, &mut request::Parts) -> Option<Context> + Send + Sync>;

/// A layer that runs what is inside of it in a context of its own.
#[derive(Clone)]
pub(crate) struct Middleware {
    tracer: SdkTracer,
    begin: Option<Begin>,
}

impl Middleware {
    pub(crate) fn new(tracer: &SdkTracer, begin: Option<Begin>) -> Self {
        Self { tracer: tracer.clone(), begin }
    }
}

impl<S> Layer<S> for Middleware {
    type Service = MiddlewareService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        MiddlewareService { inner, middleware: self.clone() }
    }
}

#[derive(Clone)]
pub(crate) struct MiddlewareService<S> {
    inner: S,
    middleware: Middleware,
}

impl<S, B> Service<Request<B>> for MiddlewareService<S>
where
    S: Service<Request<B>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Task<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        let begun = self.middleware.begin.as_ref().and_then(|begin| begin(&self.middleware.tracer, &mut head));
        let request = Request::from_parts(head, body);
        let Some(cx) = begun else { return Box::pin(self.inner.call(request)) };
        let guard = cx.clone().attach();
        let answer = self.inner.call(request);
        drop(guard);
        let ending = Ending(cx.clone());
        Box::pin(
            async move {
                let answer = answer.await;
                drop(ending);
                answer
            }
            .with_context(cx),
        )
    }
}

/// Ends the span with the response's headers, or when nobody waits for them any longer: what is inside may go on.
struct Ending(Context);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.span().end();
    }
}
