//! What a script sees of its instrumentation: layers that attach a context while they poll.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as Task, Poll};

use conformance_kit::grpc::{BoxChannel, boxed};
use conformance_kit::in_process::{Instrumentation, Running, Served, Serving, Settings};
use conformance_kit::ledger::Ledger;
use conformance_proto::v1;
use http_body::Frame;
use opentelemetry::Context;
use opentelemetry::trace::{Span, SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanData, SpanProcessor};
use tonic::body::Body;
use tonic::transport::Channel;
use tower::util::MapRequestLayer;
use tower_layer::Layer;
use tower_service::Service;

use crate::common::*;

/// A server layer that opens a span for each request, and a client layer that notes what is current.
struct Mine {
    tracer: SdkTracer,
    /// Whether the context is attached while the body is polled, too.
    in_body: bool,
    /// What was current when each call was made.
    calls: Arc<Mutex<Vec<(String, Context)>>>,
}

impl Instrumentation for Mine {
    fn serve(&self, serving: Serving) -> Served {
        let (tracer, in_body) = (self.tracer.clone(), self.in_body);
        serving.layered(tower_layer::layer_fn(move |inner| Traced { inner, tracer: tracer.clone(), in_body }))
    }

    fn channel(&self, channel: Channel, _: &str) -> BoxChannel {
        let calls = self.calls.clone();
        let layer = MapRequestLayer::new(move |request: http::Request<Body>| {
            calls.lock().unwrap().push((request.uri().path().to_owned(), Context::current()));
            request
        });
        boxed(layer.layer(channel))
    }
}

#[derive(Clone)]
struct Traced<S> {
    inner: S,
    tracer: SdkTracer,
    in_body: bool,
}

impl<S> Service<http::Request<Body>> for Traced<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Task<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        use opentelemetry::baggage::BaggageExt;
        use opentelemetry::context::FutureExt;
        let builder = self.tracer.span_builder("server").with_kind(SpanKind::Server);
        let span = builder.start_with_context(&self.tracer, &Context::new());
        let context = Context::new().with_span(span);
        let context = context.with_baggage([opentelemetry::KeyValue::new("from", "layer")]);
        let (held, in_body) = (context.clone(), self.in_body);
        let inner = self.inner.call(request);
        Box::pin(async move {
            let response = inner.with_context(context).await?;
            Ok(response.map(|body| Body::new(TracedBody { body, context: held, in_body })))
        })
    }
}

/// Ends the span when it is dropped.
struct TracedBody {
    body: Body,
    context: Context,
    in_body: bool,
}

impl http_body::Body for TracedBody {
    type Data = bytes::Bytes;
    type Error = tonic::Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let _guard = self.in_body.then(|| self.context.clone().attach());
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

impl Drop for TracedBody {
    fn drop(&mut self) {
        self.context.span().end();
    }
}

/// Keeps the spans in the order in which they ended.
#[derive(Debug, Clone, Default)]
struct Ended(Arc<Mutex<Vec<SpanData>>>);

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.0.lock().unwrap().push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }
}

struct Bench {
    pair: Pair,
    ended: Ended,
    calls: Arc<Mutex<Vec<(String, Context)>>>,
}

impl Bench {
    fn new(in_body: bool, instrumented: bool) -> Self {
        let (ledger, ended, calls) = (Ledger::new(), Ended::default(), Arc::<Mutex<Vec<_>>>::default());
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::AlwaysOn)
            .with_span_processor(ledger.clone())
            .with_span_processor(ended.clone())
            .build();
        let kept = calls.clone();
        let target = move |provider: &SdkTracerProvider, _: &Settings| {
            let mine = Mine { tracer: provider.tracer("mine"), in_body, calls: kept.clone() };
            Ok(Arc::new(mine) as Arc<dyn Instrumentation>)
        };
        let mut pair = Pair::bare();
        pair.server = Running::start(&target, &provider, Some(ledger), &Settings::default(), instrumented).unwrap();
        Self { pair, ended, calls }
    }

    async fn play(&self, shape: Shape, server: Vec<v1::server_step::Step>) -> v1::ServerEnd {
        let call = call("outer", shape, &self.pair.address(), vec![c::await_end()], server);
        self.pair.play_call(call).await.1
    }

    fn inner(&self, id: &str) -> v1::Call {
        let mut call = call(id, Shape::Unary, &self.pair.address(), vec![c::await_end()], vec![]);
        call.method = format!("inner.Service/{id}");
        call
    }

    /// The span that was current when the call was made, as its client layer saw it.
    fn seen(&self, id: &str) -> Option<v1::SpanContext> {
        let calls = self.calls.lock().unwrap();
        let (_, context) = calls.iter().find(|(path, _)| path.ends_with(&format!("/{id}"))).unwrap();
        conformance_kit::contexts::span_context(context)
    }

    fn ended(&self, name: &str) -> SpanData {
        self.ended.0.lock().unwrap().iter().find(|span| span.name == name).unwrap().clone()
    }
}

#[tokio::test]
async fn a_handler_sees_the_context_of_its_instrumentation_and_calls_see_the_handlers() {
    let bench = Bench::new(true, true);
    let none = {
        let mut call = bench.inner("none");
        call.context = v1::CallContext::None.into();
        call
    };
    let server = vec![
        s::calls(vec![bench.inner("first")]),
        s::span("manual", vec![s::calls(vec![bench.inner("inside"), none])]),
        s::send_headers(vec![]),
        s::calls(vec![bench.inner("later")]),
    ];
    let end = bench.play(Shape::Bidi, server).await;
    let span = end.context.unwrap();
    assert!(!span.remote);
    assert_eq!(pairs(&end.baggage), [("from", "layer")]);
    assert_eq!(bench.seen("first").as_ref(), Some(&span));
    assert_eq!(bench.seen("later").as_ref(), Some(&span));
    assert_eq!(bench.seen("none"), None);
    let manual = bench.ended("manual");
    assert_eq!((manual.parent_span_id.to_string(), manual.span_kind), (span.span_id, SpanKind::Internal));
    assert_eq!(manual.instrumentation_scope.name(), "conformance-kit");
    assert_eq!(bench.seen("inside").unwrap().span_id, manual.span_context.span_id().to_string());
}

#[tokio::test]
async fn an_instrumentation_that_forgets_the_body_is_seen_to() {
    let bench = Bench::new(false, true);
    let server =
        vec![s::calls(vec![bench.inner("before")]), s::send_headers(vec![]), s::calls(vec![bench.inner("after")])];
    bench.play(Shape::Bidi, server).await;
    assert!(bench.seen("before").is_some());
    assert_eq!(bench.seen("after"), None);
}

#[tokio::test]
async fn a_unary_handler_runs_before_the_headers_to_its_end() {
    let bench = Bench::new(false, true);
    bench.play(Shape::Unary, vec![s::send(1, 5), s::calls(vec![bench.inner("after_send")])]).await;
    assert!(bench.seen("after_send").is_some());
}

#[tokio::test]
async fn the_rest_of_a_list_keeps_the_handlers_context_in_its_task() {
    let bench = Bench::new(true, true);
    let server = vec![
        s::raise("running"),
        s::await_cancelled(),
        s::calls(vec![bench.inner("late")]),
        s::span("manual", vec![]),
        s::raise("rest"),
    ];
    let mut played = bench.pair.open(&call("outer", Shape::Unary, &bench.pair.address(), vec![], server)).await;
    bench.pair.wait("running").await;
    played.go_on(&bench.pair.caller, &client_steps(vec![c::cancel()])).await;
    bench.pair.wait("rest").await;
    let span = bench.pair.journal("outer").await.server.remove(0).context.unwrap();
    assert_eq!(bench.seen("late").as_ref(), Some(&span));
    assert_eq!(bench.ended("manual").parent_span_id.to_string(), span.span_id);
}

#[tokio::test]
async fn an_outliving_span_ends_after_the_span_of_the_server() {
    for steps in
        [vec![], vec![s::end(5, "")], vec![s::send_headers(vec![]), s::end(5, "")], vec![s::send_headers(vec![])]]
    {
        let bench = Bench::new(true, true);
        let mut server = vec![s::outliving("late", vec![])];
        server.extend(steps);
        bench.play(Shape::Unary, server).await;
        let names: Vec<_> = bench.ended.0.lock().unwrap().iter().map(|span| span.name.to_string()).collect();
        assert_eq!(names, ["server", "late"]);
    }
}

#[tokio::test]
async fn baggage_is_current_for_the_rest_of_its_list_only() {
    use opentelemetry::baggage::BaggageExt;
    let bench = Bench::new(true, true);
    let server = vec![
        s::calls(vec![bench.inner("one")]),
        s::span("inner", vec![s::baggage("k", "in"), s::calls(vec![bench.inner("two")])]),
        s::calls(vec![bench.inner("three")]),
        s::baggage("k", "out"),
        s::baggage("l", "m"),
        s::calls(vec![bench.inner("four")]),
    ];
    let end = bench.play(Shape::Bidi, server).await;
    assert_eq!((end.reached, end.over_at), (6, None));
    let calls = bench.calls.lock().unwrap();
    let seen = |id: &str| {
        let (_, context) = calls.iter().find(|(path, _)| path.ends_with(&format!("/{id}"))).unwrap();
        pairs(&conformance_kit::contexts::baggage(context)).iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>()
    };
    assert_eq!(calls[0].1.baggage().len(), 1);
    assert_eq!(seen("one"), ["from=layer"]);
    assert_eq!(seen("two"), ["from=layer", "k=in"]);
    assert_eq!(seen("three"), ["from=layer"]);
    assert_eq!(seen("four"), ["from=layer", "k=out", "l=m"]);
}

#[tokio::test]
async fn annotations_are_written_to_the_current_span() {
    let bench = Bench::new(true, true);
    let annotate = |key: &str, ok| {
        s::annotate(v1::Annotate { attributes: vec![metadata(key, "1")], events: vec![format!("{key} event")], ok })
    };
    let server = vec![annotate("on server", false), s::span("manual", vec![annotate("on manual", true)])];
    bench.play(Shape::Unary, server).await;
    for (name, key, ok) in [("server", "on server", false), ("manual", "on manual", true)] {
        let span = bench.ended(name);
        assert_eq!(span.attributes[0].key.as_str(), key);
        assert_eq!(span.events[0].name, format!("{key} event"));
        assert_eq!(span.status == opentelemetry::trace::Status::Ok, ok);
    }
}

#[tokio::test]
async fn without_instrumentation_only_the_spans_of_scripts_are_made() {
    let bench = Bench::new(true, false);
    let end = bench.play(Shape::Unary, vec![s::span("manual", vec![s::calls(vec![bench.inner("one")])])]).await;
    assert_eq!(end.context, None);
    assert!(bench.calls.lock().unwrap().is_empty());
    let names: Vec<_> = bench.ended.0.lock().unwrap().iter().map(|span| span.name.to_string()).collect();
    assert_eq!(names, ["manual"]);
}

#[tokio::test]
async fn the_ledger_counts_sampled_spans_only_and_knows_the_open_ones() {
    let ledger = Ledger::new();
    let builder = SdkTracerProvider::builder().with_span_processor(ledger.clone());
    let provider = builder.with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn))).build();
    let tracer = provider.tracer("test");
    let mut one = tracer.start_with_context("one", &Context::new());
    let two = tracer.start_with_context("two", &Context::new());
    let unsampled = opentelemetry::trace::SpanContext::new(
        1.into(),
        1.into(),
        opentelemetry::TraceFlags::NOT_SAMPLED,
        true,
        opentelemetry::trace::TraceState::NONE,
    );
    drop(tracer.start_with_context("unsampled", &Context::new().with_remote_span_context(unsampled)));
    one.end();
    let read = ledger.read();
    assert_eq!((read.started, read.ended), (2, 1));
    assert_eq!(read.open.len(), 1);
    assert_eq!((read.open[0].name.as_str(), &read.open[0].span_id), ("two", &two.span_context().span_id().to_string()));
}

/// A server layer as those of the `tracing` world: the span is entered around polls, nothing is attached.
struct Tracing;

impl Instrumentation for Tracing {
    fn serve(&self, serving: Serving) -> Served {
        serving.layered(tower_layer::layer_fn(Entered))
    }
}

#[derive(Clone)]
struct Entered<S>(S);

impl<S: Service<http::Request<Body>>> Service<http::Request<Body>> for Entered<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = tracing::instrument::Instrumented<S::Future>;

    fn poll_ready(&mut self, cx: &mut Task<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        use tracing::Instrument;
        self.0.call(request).instrument(tracing::info_span!("server", otel.kind = "server"))
    }
}

#[tokio::test]
async fn the_span_of_a_tracing_instrumentation_is_the_current_one() {
    use tracing_subscriber::layer::SubscriberExt;
    let ended = Ended::default();
    let provider =
        SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOn).with_span_processor(ended.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tracing"));
    // One thread runs this test and all its tasks, so that this holds for the server's.
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let mut pair = Pair::bare();
    pair.server = Running::start_with(Arc::new(Tracing), &provider, None).unwrap();
    let mut none = call("none", Shape::Unary, &pair.address(), vec![c::await_end()], vec![]);
    none.context = v1::CallContext::None.into();
    let inside = call("inside", Shape::Unary, &pair.address(), vec![c::await_end()], vec![]);
    let server = vec![s::span("manual", vec![s::calls(vec![none, inside])]), s::end(0, "")];
    let (_, end) = pair.play_call(call("outer", Shape::Unary, &pair.address(), vec![c::await_end()], server)).await;
    let current = end.context.unwrap();
    assert_eq!(pair.journal("none").await.client.unwrap().context, None);
    let inside = pair.journal("inside").await.client.unwrap().context.unwrap();
    pair.server.shutdown().await.unwrap();
    let spans = ended.0.lock().unwrap();
    let manual = spans.iter().find(|span| span.name == "manual").unwrap();
    assert_eq!(manual.parent_span_id.to_string(), current.span_id);
    assert_eq!(manual.span_context.span_id().to_string(), inside.span_id);
    let servers: Vec<_> = spans.iter().filter(|span| span.name == "server").collect();
    assert_eq!(servers.len(), 3);
    assert!(servers.iter().any(|span| span.span_context.span_id().to_string() == current.span_id));
    // A request's span is a root here: no layer extracts anything.
    assert!(servers.iter().all(|span| span.parent_span_id.to_string() == "0000000000000000"));
}
