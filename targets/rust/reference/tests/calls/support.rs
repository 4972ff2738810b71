//! A client, a server with a handler made for the test, and what they export.

use bytes::{Buf, BufMut, Bytes};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use http::uri::PathAndQuery;
use hyper_util::rt::TokioIo;
use opentelemetry::trace::{SpanKind, Status as SpanStatus};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SimpleSpanProcessor, SpanData, SpanExporter};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::watch;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::{Context, Poll, Service};
use tonic::server::NamedService;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status, Streaming};
use tonic_trace_reference::{ClientLayer, ClientService, Config, ServerLayer};
use tower::Layer;

pub(crate) const SERVICE: &str = "test.Echo";
pub(crate) const METHOD: &str = "test.Echo/Call";
pub(crate) const TARGET: &str = "dns:///echo.example:443";

pub(crate) type Messages = BoxStream<'static, Result<Bytes, Status>>;
pub(crate) type Answer = Result<Response<Messages>, Status>;
pub(crate) type Client = tonic::client::Grpc<ClientService<Channel>>;

/// Everything a test needs: both ends, each with an exporter of its own.
pub(crate) struct Bench {
    pub(crate) client: Client,
    pub(crate) client_spans: Spans,
    pub(crate) server_spans: Spans,
}

impl Bench {
    /// Both ends configured as they come, with every method recognised.
    pub(crate) async fn new<F>(handler: impl Fn(Request<Streaming<Bytes>>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        Self::with(|config| config.recognise([METHOD]), handler).await
    }

    pub(crate) async fn with<F>(
        configure: impl Fn(Config) -> Config,
        handler: impl Fn(Request<Streaming<Bytes>>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let (client_spans, server_spans) = (Spans::default(), Spans::default());
        let layer = ServerLayer::new(configure(Config::new(&server_spans.provider())));
        let channel = serve(layer, Echo::new(handler)).await;
        let config = configure(Config::new(&client_spans.provider()));
        let layer = ClientLayer::new(config).with_target(TARGET);
        Self { client: tonic::client::Grpc::new(layer.layer(channel)), client_spans, server_spans }
    }

    /// Waits for one span of each end, and makes sure that there is no other.
    pub(crate) async fn spans(&self) -> (Seen, Seen) {
        (self.client_spans.only().await, self.server_spans.only().await)
    }
}

/// A channel to a server behind a pipe in memory.
pub(crate) async fn serve(layer: ServerLayer, service: Echo) -> Channel {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let incoming = stream::once(async move { Ok::<_, std::io::Error>(far) });
    // The pipe has to stay open after the one connection was accepted.
    let incoming = incoming.chain(stream::pending());
    tokio::spawn(Server::builder().layer(layer).add_service(service).serve_with_incoming(incoming));
    connect(near).await
}

/// A channel to whatever is behind the pipe.
pub(crate) async fn connect(near: tokio::io::DuplexStream) -> Channel {
    let mut near = Some(near);
    let connector = tower::service_fn(move |_| {
        let near = near.take().ok_or_else(|| std::io::Error::other("connected twice"));
        async move { near.map(TokioIo::new) }
    });
    let endpoint = Endpoint::from_static("http://echo.example:443");
    endpoint.connect_with_connector(connector).await.unwrap()
}

pub(crate) async fn ready(client: &mut Client) {
    client.ready().await.unwrap();
}

pub(crate) fn path() -> PathAndQuery {
    PathAndQuery::from_static("/test.Echo/Call")
}

pub(crate) fn messages(messages: Vec<Result<&'static str, Status>>) -> Messages {
    stream::iter(messages.into_iter().map(|message| message.map(Bytes::from))).boxed()
}

/// Sends one message and reads the whole answer.
pub(crate) async fn call(client: &mut Client) -> Result<Vec<Bytes>, Status> {
    call_with(client, Request::new(stream::iter([Bytes::from("hello")]))).await
}

pub(crate) async fn call_with<S>(client: &mut Client, request: Request<S>) -> Result<Vec<Bytes>, Status>
where
    S: stream::Stream<Item = Bytes> + Send + 'static,
{
    ready(client).await;
    let mut stream = client.streaming(request, path(), BytesCodec).await?.into_inner();
    let mut all = Vec::new();
    while let Some(message) = stream.message().await? {
        all.push(message);
    }
    Ok(all)
}

/// A service of one method, `Call`, which any handler may implement. Whatever is asked for of it, it does.
#[derive(Clone)]
pub(crate) struct Echo(Arc<dyn Fn(Request<Streaming<Bytes>>) -> BoxFuture<'static, Answer> + Send + Sync>);

impl Echo {
    pub(crate) fn new<F>(handler: impl Fn(Request<Streaming<Bytes>>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(handler(request))))
    }
}

impl NamedService for Echo {
    const NAME: &'static str = SERVICE;
}

impl Service<http::Request<tonic::body::Body>> for Echo {
    type Response = http::Response<tonic::body::Body>;
    type Error = std::convert::Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        let handler = Arc::clone(&self.0);
        Box::pin(async move {
            let service = tower::service_fn(move |request| handler(request));
            Ok(tonic::server::Grpc::new(BytesCodec).streaming(service, request).await)
        })
    }
}

/// Messages that are just bytes.
#[derive(Clone, Copy)]
pub(crate) struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(bytes.copy_to_bytes(bytes.remaining())))
    }
}

/// An exporter that keeps spans and tells when they arrive.
#[derive(Clone, Debug)]
pub(crate) struct Spans(Arc<watch::Sender<Vec<SpanData>>>);

impl Default for Spans {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Vec::new())))
    }
}

impl Spans {
    pub(crate) fn provider(&self) -> SdkTracerProvider {
        self.provider_with(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
    }

    pub(crate) fn provider_with(&self, sampler: Sampler) -> SdkTracerProvider {
        SdkTracerProvider::builder()
            .with_sampler(sampler)
            .with_span_processor(SimpleSpanProcessor::new(self.clone()))
            .build()
    }

    pub(crate) fn now(&self) -> Vec<Seen> {
        self.0.borrow().iter().cloned().map(Seen::of).collect()
    }

    pub(crate) async fn at_least(&self, count: usize) -> Vec<Seen> {
        let mut changes = self.0.subscribe();
        changes.wait_for(|spans| spans.len() >= count).await.unwrap();
        self.now()
    }

    pub(crate) async fn only(&self) -> Seen {
        let mut spans = self.at_least(1).await;
        assert_eq!(spans.len(), 1, "{spans:#?}");
        spans.remove(0)
    }
}

impl SpanExporter for Spans {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.send_modify(|spans| spans.extend(batch));
        Ok(())
    }
}

/// A span in a form that is easy to compare.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) data: SpanData,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Seen {
    fn of(data: SpanData) -> Self {
        assert_eq!(data.dropped_attributes_count, 0, "{data:#?}");
        assert!(data.end_time >= data.start_time);
        assert_ne!(data.status, SpanStatus::Ok, "instrumentation never says so");
        let attributes = unique(&data.attributes);
        for event in data.events.iter() {
            unique(&event.attributes);
        }
        Self { data, attributes }
    }

    pub(crate) fn has(&self, key: &str, value: &str) -> bool {
        self.attributes.get(key).is_some_and(|found| found == value)
    }

    pub(crate) fn kind(&self) -> SpanKind {
        self.data.span_kind.clone()
    }

    /// `code status "description"`, with the `error.type` checked against both.
    pub(crate) fn outcome(&self) -> String {
        let code = self.attributes.get("rpc.grpc.status_code").map_or("-", String::as_str);
        let error = self.attributes.get("error.type");
        match &self.data.status {
            SpanStatus::Error { description } => {
                assert!(error.is_some(), "an error has a type");
                format!("{code} error {description:?}")
            }
            _ => {
                assert_eq!(error, None, "no error has no type");
                format!("{code} unset")
            }
        }
    }

    /// Each event: `SENT 1 5`.
    pub(crate) fn messages(&self) -> Vec<String> {
        let events = self.data.events.iter();
        let show = |event: &opentelemetry::trace::Event| {
            assert_eq!(event.name, "rpc.message");
            let all = unique(&event.attributes);
            let value = |key: &str| all.get(key).cloned().unwrap_or("-".into());
            let (kind, id) = (value("rpc.message.type"), value("rpc.message.id"));
            let size = value("rpc.message.uncompressed_size");
            assert_eq!(value("rpc.message.compressed_size"), size);
            format!("{kind} {id} {size}")
        };
        events.map(show).collect()
    }
}

/// Attributes as text, a list as JSON would have it; the same key twice is a failure.
fn unique(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for attribute in attributes {
        let value = match &attribute.value {
            Value::String(text) => text.to_string(),
            Value::Array(list) => list.to_string(),
            other => format!("{other}"),
        };
        let before = all.insert(attribute.key.to_string(), value);
        assert_eq!(before, None, "{} is there twice", attribute.key);
    }
    all
}
