//! What an instrumentation costs per unary RPC: its client layer around its server layer around a handler that answers at
//! once, with no network and no exporter, so that little else is measured. All in one run, so that the figures compare.

use std::convert::Infallible;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::BodyExt as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Context as OtelContext, global};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanProcessor};
use tonic::body::Body;
use tonic_trace_reference::{ClientLayer, Config, ServerLayer};
use tonic_tracing_opentelemetry::middleware;
use tower::{Layer, Service, ServiceExt as _, service_fn};
use tower_otel::trace::GrpcLayer;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;

const PATH: &str = "http://127.0.0.1:50051/conformance.v1.Conformance/Unary";

fn layers(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let provider = SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOn).with_span_processor(Discard).build();
    global::set_text_map_propagator(TraceContextPropagator::new());
    let mut group = criterion.benchmark_group("layers");
    group.measurement_time(Duration::from_secs(5));

    group.bench_function("none", |bencher| {
        let mut stack = service_fn(handle);
        bencher.iter(|| runtime.block_on(call(&mut stack)));
    });
    group.bench_function("reference", |bencher| {
        let config = Config::new(&provider).recognise(["conformance.v1.Conformance/Unary".to_owned()]);
        let server = ServerLayer::new(config.clone()).layer(service_fn(handle));
        let mut stack = ClientLayer::new(config).with_target("127.0.0.1:50051").layer(server);
        bencher.iter(|| runtime.block_on(call(&mut stack)));
    });
    // Both of the others take their subscriber and their propagator from the process.
    let subscriber = |filter: &str| {
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
        tracing_subscriber::registry().with(EnvFilter::new(filter)).with(layer)
    };
    group.bench_function("tower-otel", |bencher| {
        tracing::subscriber::with_default(subscriber("info"), || {
            let server = GrpcLayer::server(Level::INFO).layer(service_fn(handle));
            let mut stack = GrpcLayer::client(Level::INFO).layer(server);
            bencher.iter(|| runtime.block_on(call(&mut stack)));
        });
    });
    group.bench_function("tonic-tracing-opentelemetry", |bencher| {
        tracing::subscriber::with_default(subscriber("info,otel::tracing=trace"), || {
            let server = middleware::server::OtelGrpcLayer::default().layer(service_fn(handle));
            let mut stack = middleware::client::OtelGrpcLayer.layer(server);
            bencher.iter(|| runtime.block_on(call(&mut stack)));
        });
    });
    group.finish();
}

/// One call, to the end of its trailers.
async fn call<S, B>(stack: &mut S)
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: std::fmt::Debug,
    B: http_body::Body<Data = Bytes>,
    B::Error: std::fmt::Debug,
{
    let request = Request::post(PATH)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Message::default()))
        .expect("a request");
    let response = stack.ready().await.expect("ready").call(request).await.expect("a response");
    black_box(response.into_body().collect().await.expect("a body"));
}

async fn handle<B>(request: Request<B>) -> Result<Response<Body>, Infallible>
where
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    black_box(request.into_body().collect().await.expect("a body"));
    let response = Response::builder().header("content-type", "application/grpc");
    Ok(response.body(Body::new(Message { trailers: true, ..Message::default() })).expect("a response"))
}

/// One empty gRPC message, and trailers that say OK where it is a response.
#[derive(Default)]
struct Message {
    sent: bool,
    trailers: bool,
}

impl http_body::Body for Message {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if !std::mem::replace(&mut self.sent, true) {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[0; 5])))));
        }
        if std::mem::take(&mut self.trailers) {
            let trailers =
                HeaderMap::from_iter([("grpc-status".parse().expect("a name"), HeaderValue::from_static("0"))]);
            return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
        }
        Poll::Ready(None)
    }
}

/// Spans are made and ended, and go nowhere.
#[derive(Debug)]
struct Discard;

impl SpanProcessor for Discard {
    fn on_start(&self, _: &mut Span, _: &OtelContext) {}

    fn on_end(&self, span: SpanData) {
        black_box(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

criterion_group!(benches, layers);
criterion_main!(benches);
