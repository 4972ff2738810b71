//! Spans arrive whole, by every way in, and waiting for them ends for a reason.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use grpc_trace_conformance::capture::{
    Counts, Failure, Limits, Patience, Receiver, Settling, Source, Store, StoreExporter, Until, complete, convert,
};
use grpc_trace_conformance::evidence::Open;
use grpc_trace_conformance::trace::{Kind, Span, SpanId, StatusCode, Trace, TraceId, Value};
use opentelemetry::trace::{Event, Link, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags, TraceState};
use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{Array, Context, InstrumentationScope, KeyValue, Value as ApiValue};
use opentelemetry_otlp::{WithExportConfig, WithTonicConfig};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue as OtlpKeyValue, KeyValueList, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource as OtlpResource;
use opentelemetry_proto::tonic::trace::v1 as otlp;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanLimits};
use proptest::prelude::*;
use tokio::time::Instant;
use tonic::Code;
use tonic::codec::CompressionEncoding;
use tonic::transport::Channel;

const TRACE: TraceId = TraceId([7; 16]);

fn good() -> otlp::Span {
    otlp::Span {
        trace_id: vec![7; 16],
        span_id: vec![9; 8],
        name: "a".into(),
        kind: 2,
        start_time_unix_nano: 1,
        end_time_unix_nano: 2,
        ..otlp::Span::default()
    }
}

fn request(spans: Vec<otlp::Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![otlp::ScopeSpans { spans, ..otlp::ScopeSpans::default() }];
    let group = otlp::ResourceSpans { resource: Some(OtlpResource::default()), scope_spans, ..Default::default() };
    ExportTraceServiceRequest { resource_spans: vec![group] }
}

fn one(span: otlp::Span) -> Span {
    convert(request(vec![span])).spans.remove(0)
}

fn defects(span: &Span) -> Vec<String> {
    span.defects.iter().map(|defect| format!("{}: {}", defect.field, defect.found)).collect()
}

#[test]
fn a_good_span_has_no_defect() {
    let span = one(good());
    assert_eq!(defects(&span), Vec::<String>::new());
    assert_eq!(span.trace_id, TRACE);
    assert_eq!(span.parent_span_id, None);
    assert_eq!(span.kind, Kind::Server);
}

#[test]
fn what_is_no_legal_otlp_is_kept_as_a_defect() {
    let cases: Vec<(otlp::Span, &[&str])> = vec![
        (otlp::Span { trace_id: vec![1, 171, 0], ..good() }, &["trace_id: 3 bytes: 01ab00"]),
        (otlp::Span { trace_id: vec![], ..good() }, &["trace_id: absent"]),
        (otlp::Span { span_id: vec![0; 8], ..good() }, &["span_id: 8 bytes: 0000000000000000"]),
        (otlp::Span { parent_span_id: vec![5], ..good() }, &["parent_span_id: 1 byte: 05"]),
        (otlp::Span { parent_span_id: vec![0; 8], ..good() }, &["parent_span_id: 8 bytes: 0000000000000000"]),
        (otlp::Span { kind: 9, ..good() }, &["kind: 9"]),
        (otlp::Span { status: Some(otlp::Status { code: -1, message: "m".into() }), ..good() }, &["status.code: -1"]),
        (otlp::Span { start_time_unix_nano: 3, ..good() }, &["end_time_unix_nano: before start_time_unix_nano"]),
        (
            otlp::Span { start_time_unix_nano: 0, end_time_unix_nano: 0, ..good() },
            &["start_time_unix_nano: absent", "end_time_unix_nano: absent"],
        ),
        (
            otlp::Span { links: vec![otlp::span::Link::default()], ..good() },
            &["links[0].trace_id: absent", "links[0].span_id: absent"],
        ),
    ];
    for (span, expected) in cases {
        assert_eq!(defects(&one(span)), expected);
    }
}

#[test]
fn a_missing_resource_is_a_defect_of_each_of_its_spans() {
    let mut request = request(vec![good(), good()]);
    request.resource_spans[0].resource = None;
    let trace = convert(request);
    assert_eq!(trace.spans.len(), 2);
    assert!(trace.spans.iter().all(|span| defects(span) == ["resource: absent"]));
}

#[test]
fn a_defect_deep_in_a_value_says_where_it_is() {
    let strange = AnyValue { value: Some(any_value::Value::StringValueStrindex(4)) };
    let array = any_value::Value::ArrayValue(ArrayValue { values: vec![AnyValue { value: None }, strange] });
    let entry = OtlpKeyValue { key: "k".into(), value: Some(AnyValue { value: Some(array) }), key_strindex: 0 };
    let map = any_value::Value::KvlistValue(KeyValueList { values: vec![entry] });
    let entry = OtlpKeyValue { key: "m".into(), value: Some(AnyValue { value: Some(map) }), key_strindex: 3 };
    let event = otlp::span::Event { attributes: vec![entry], ..otlp::span::Event::default() };
    let span = one(otlp::Span { events: vec![otlp::span::Event::default(), event], ..good() });
    assert_eq!(
        defects(&span),
        ["events[1].attributes[0].key_strindex: 3", "events[1].attributes[0][0][1].string_value_strindex: 4"]
    );
    assert_eq!(span.events[1].attributes[0].value.to_string(), r#"{"k": [<empty>, <empty>]}"#);
}

#[test]
fn a_repeated_attribute_key_stays_repeated_and_in_order() {
    let entry = |number| OtlpKeyValue {
        key: "k".into(),
        value: Some(AnyValue { value: Some(any_value::Value::IntValue(number)) }),
        key_strindex: 0,
    };
    let span = one(otlp::Span { attributes: vec![entry(2), entry(1)], ..good() });
    assert_eq!(span.values("k").collect::<Vec<_>>(), [&Value::Int(2), &Value::Int(1)]);
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(vec![7; 16]), Just(vec![7; 8]), Just(vec![]), proptest::collection::vec(any::<u8>(), 0..20)]
}

prop_compose! {
    fn any_otlp_span()(
        trace_id in any_bytes(), span_id in any_bytes(), parent_span_id in any_bytes(), kind in any::<i32>(),
        start in any::<u64>(), end in any::<u64>(), code in any::<i32>(), key in ".*", flags in any::<u32>(),
        link in any_bytes(),
    ) -> otlp::Span {
        otlp::Span {
            trace_id, span_id, parent_span_id, kind, flags,
            start_time_unix_nano: start,
            end_time_unix_nano: end,
            status: Some(otlp::Status { code, message: key.clone() }),
            attributes: vec![OtlpKeyValue { key, value: None, key_strindex: kind }; 2],
            links: vec![otlp::span::Link { trace_id: link.clone(), span_id: link, ..Default::default() }],
            ..otlp::Span::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_span_is_kept_and_stays_evidence(spans in proptest::collection::vec(any_otlp_span(), 0..8)) {
        let count = spans.len();
        let trace = convert(request(spans));
        prop_assert_eq!(trace.spans.len(), count);
        let saved = serde_json::to_string(&trace).unwrap();
        prop_assert_eq!(serde_json::from_str::<Trace>(&saved).unwrap(), trace);
    }
}

fn provider(exporter: impl opentelemetry_sdk::trace::SpanExporter + 'static, batch: bool) -> SdkTracerProvider {
    let builder = SdkTracerProvider::builder()
        .with_sampler(Sampler::AlwaysOn)
        .with_span_limits(SpanLimits::default())
        .with_id_generator(Ids::default())
        .with_resource(Resource::builder_empty().with_service_name("t").with_attribute(KeyValue::new("k", 1)).build());
    if batch { builder.with_batch_exporter(exporter).build() } else { builder.with_simple_exporter(exporter).build() }
}

/// The same ids in the same order for every provider.
#[derive(Debug, Default)]
struct Ids(AtomicUsize);

impl opentelemetry_sdk::trace::IdGenerator for Ids {
    fn new_trace_id(&self) -> opentelemetry::TraceId {
        (self.0.fetch_add(1, Ordering::SeqCst) as u128 + 1).into()
    }

    fn new_span_id(&self) -> opentelemetry::SpanId {
        (self.0.fetch_add(1, Ordering::SeqCst) as u64 + 1).into()
    }
}

/// Spans that use all that the API has.
fn play(provider: &SdkTracerProvider) {
    let at = |second| std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(second);
    let scope = InstrumentationScope::builder("lib").with_version("2").with_schema_url("https://s/1").build();
    let tracer = provider.tracer_with_scope(scope);
    let state = TraceState::from_key_value([("a", "b")]).unwrap();
    let remote = SpanContext::new(11.into(), 12.into(), TraceFlags::SAMPLED, true, state);
    let outer = Context::new().with_remote_span_context(remote.clone());
    let mut server = tracer
        .span_builder("s")
        .with_kind(SpanKind::Server)
        .with_start_time(at(1))
        .with_attributes([
            KeyValue::new("twice", 1),
            KeyValue::new("twice", 2.5),
            KeyValue::new("array", ApiValue::Array(Array::String(vec!["x".into(), "y".into()]))),
        ])
        .with_links(vec![Link::with_context(remote)])
        .with_events(vec![Event::new("e", at(2), vec![KeyValue::new("ok", true)], 3)])
        .start_with_context(&tracer, &outer);
    server.set_status(Status::error("boom"));
    let inner = Context::new().with_span(server);
    let other = provider.tracer("other");
    let mut client =
        other.span_builder("c").with_kind(SpanKind::Client).with_start_time(at(3)).start_with_context(&other, &inner);
    client.end_with_timestamp(at(4));
    inner.span().end_with_timestamp(at(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_span_is_the_same_in_process_and_over_grpc() {
    let (near, far) = (Store::default(), Store::default());
    let local = provider(StoreExporter::new(near.clone()), false);
    play(&local);

    let receiver = Receiver::start(far.clone()).await.unwrap();
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(receiver.endpoint());
    let exporter = exporter.with_compression(opentelemetry_otlp::Compression::Gzip).build().unwrap();
    let distant = provider(exporter, true);
    play(&distant);
    tokio::task::spawn_blocking(move || distant.shutdown()).await.unwrap().unwrap();

    let (near, far) = (near.take_strangers(), far.take_strangers());
    assert_eq!(near.spans.len(), 2);
    assert_eq!(sorted(near), sorted(far));
}

/// Resources in the order of a set of attributes, which is a hash map in the SDK.
fn sorted(mut trace: Trace) -> Trace {
    for resource in &mut trace.resources {
        Arc::make_mut(resource).attributes.sort_by(|a, b| a.key.cmp(&b.key));
    }
    trace
}

#[test]
fn spans_outlive_the_provider_that_made_them() {
    let store = Store::default();
    let provider = provider(StoreExporter::new(store.clone()), false);
    play(&provider);
    provider.shutdown().unwrap();
    drop(provider);
    let trace = store.take_strangers();
    assert_eq!(trace.spans.len(), 2);
    assert_eq!(trace.resources.len(), 1);
    assert_eq!(trace.scopes.len(), 2);
    let server = trace.spans.iter().find(|span| span.kind == Kind::Server).unwrap();
    assert_eq!(server.status.code, StatusCode::Error);
    assert_eq!(trace.scopes[server.scope].version, "2");
}

async fn client(receiver: &Receiver) -> TraceServiceClient<Channel> {
    TraceServiceClient::connect(receiver.endpoint()).await.unwrap()
}

#[tokio::test]
async fn a_request_larger_than_grpcs_default_is_taken_compressed_or_not() {
    let store = Store::default();
    let receiver = Receiver::start(store.clone()).await.unwrap();
    let large = request(vec![otlp::Span { name: "x".repeat(6 << 20), ..good() }]);
    let response = client(&receiver).await.export(large.clone()).await.unwrap();
    assert_eq!(response.into_inner().partial_success, None);
    client(&receiver).await.send_compressed(CompressionEncoding::Gzip).export(large).await.unwrap();
    assert_eq!(store.take([TRACE]).spans.len(), 2);
    assert_eq!(store.refusals().count, 0);
    receiver.stop().await;
}

#[tokio::test]
async fn a_request_past_the_limit_is_refused_whole_and_room_made_is_used_again() {
    let store = Store::new(Limits { spans: 3, ..Limits::default() });
    let receiver = Receiver::start(store.clone()).await.unwrap();
    let mut client = client(&receiver).await;
    client.export(request(vec![good(); 2])).await.unwrap();
    let status = client.export(request(vec![good(); 2])).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("limit of 3 spans"), "{status}");
    let refusals = store.refusals();
    assert_eq!((refusals.count, refusals.flooded.map(|flooded| flooded.refused)), (1, Some(2)));
    assert_eq!(store.take([TRACE]).spans.len(), 2);
    client.export(request(vec![good(); 3])).await.unwrap();
    assert_eq!(store.take([TRACE]).spans.len(), 3);
}

#[test]
fn bytes_are_limited_too_and_returned_when_spans_are_taken() {
    let store = Store::new(Limits { bytes: 10_000, ..Limits::default() });
    for _ in 0..100 {
        store.insert(convert(request(vec![otlp::Span { name: "x".repeat(5_000), ..good() }]))).unwrap();
        let full = store.insert(convert(request(vec![otlp::Span { name: "x".repeat(5_000), ..good() }])));
        assert_eq!(full.unwrap_err().spans, 1);
        store.take([TRACE]);
    }
}

#[tokio::test]
async fn a_request_that_is_no_otlp_is_refused_and_remembered() {
    let store = Store::default();
    let receiver = Receiver::start(store.clone()).await.unwrap();
    let channel = tonic::transport::Endpoint::from_shared(receiver.endpoint()).unwrap().connect().await.unwrap();
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.unwrap();
    // A string field of invalid UTF-8.
    let path = http::uri::PathAndQuery::from_static("/opentelemetry.proto.collector.trace.v1.TraceService/Export");
    let codec = tonic_codec::Raw;
    let body = bytes::Bytes::from_static(b"\x0a\x03\x1a\x01\xff");
    let status = client.unary(tonic::Request::new(body), path, codec).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let refusals = store.refusals();
    assert_eq!(refusals.count, 1);
    assert!(refusals.reasons[0].contains("UTF-8"), "{refusals:?}");
    let path = http::uri::PathAndQuery::from_static("/opentelemetry.proto.collector.logs.v1.LogsService/Export");
    client.ready().await.unwrap();
    let status = client.unary(tonic::Request::new(bytes::Bytes::new()), path, tonic_codec::Raw).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}

mod tonic_codec {
    use bytes::{Buf, BufMut, Bytes};
    use tonic::Status;
    use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

    pub(super) struct Raw;

    impl Codec for Raw {
        type Encode = Bytes;
        type Decode = Bytes;
        type Encoder = Self;
        type Decoder = Self;

        fn encoder(&mut self) -> Self {
            Self
        }

        fn decoder(&mut self) -> Self {
            Self
        }
    }

    impl Encoder for Raw {
        type Item = Bytes;
        type Error = Status;

        fn encode(&mut self, item: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
            to.put(item);
            Ok(())
        }
    }

    impl Decoder for Raw {
        type Item = Bytes;
        type Error = Status;

        fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
            Ok(Some(from.copy_to_bytes(from.remaining())))
        }
    }
}

#[tokio::test]
async fn receivers_keep_their_targets_apart() {
    let (one, other) = (Store::default(), Store::default());
    let receivers = [Receiver::start(one.clone()).await.unwrap(), Receiver::start(other.clone()).await.unwrap()];
    client(&receivers[0]).await.export(request(vec![good()])).await.unwrap();
    assert_eq!((one.look(|held| held.len()), other.look(|held| held.len())), (1, 0));
}

#[tokio::test]
async fn a_receiver_that_stops_answers_what_it_has_begun_and_frees_its_port() {
    let store = Store::default();
    let receiver = Receiver::start(store.clone()).await.unwrap();
    let address = receiver.address();
    let mut client = client(&receiver).await;
    client.export(request(vec![good()])).await.unwrap();
    receiver.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert_eq!(store.take([TRACE]).spans.len(), 1);
}

fn of(trace: u8, spans: usize) -> Trace {
    convert(request(vec![otlp::Span { trace_id: vec![trace; 16], ..good() }; spans]))
}

#[test]
fn spans_that_nobody_took_are_strangers_and_spans_that_come_after_are_late() {
    let store = Store::default();
    store.insert(of(1, 2)).unwrap();
    store.insert(of(2, 1)).unwrap();
    assert_eq!(store.take([TraceId([1; 16]), TraceId([3; 16])]).spans.len(), 2);
    store.insert(of(1, 1)).unwrap();
    let strangers = store.take_strangers();
    assert_eq!(strangers.spans.iter().map(|span| span.trace_id).collect::<Vec<_>>(), [TraceId([2; 16])]);
    let late = store.take_late();
    assert_eq!(late.spans.iter().map(|span| span.trace_id).collect::<Vec<_>>(), [TraceId([1; 16])]);
    assert!(store.look(|held| held.is_empty()));
}

#[test]
fn what_is_taken_brings_only_the_resources_and_scopes_it_uses() {
    let store = Store::default();
    for trace in 1..=3 {
        let mut batch = of(trace, 2);
        Arc::make_mut(&mut batch.resources[0]).schema_url = trace.to_string();
        Arc::make_mut(&mut batch.scopes[0]).name = trace.to_string();
        store.insert(batch.clone()).unwrap();
        store.insert(batch).unwrap();
    }
    let taken = store.take([TraceId([3; 16]), TraceId([2; 16])]);
    assert_eq!((taken.resources.len(), taken.scopes.len(), taken.spans.len()), (2, 2, 8));
    for span in &taken.spans {
        let name = span.trace_id.0[0].to_string();
        assert_eq!(taken.scopes[span.scope].name, name);
        assert_eq!(taken.resources[span.resource].schema_url, name);
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_when_the_awaited_arrives() {
    let store = Store::default();
    let begun = Instant::now();
    let waiting = store.wait_until(soon(), |held| held.spans(TraceId([1; 16])).len() == 2);
    let arriving = async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            store.insert(of(1, 1)).unwrap();
        }
    };
    let (arrived, ()) = tokio::join!(waiting, arriving);
    assert!(arrived);
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
    assert!(!store.wait_until(soon(), |held| held.len() == 3).await);
    assert_eq!(begun.elapsed(), Duration::from_secs(62));
}

#[tokio::test(start_paused = true)]
async fn a_quiet_window_begins_anew_with_each_arrival() {
    let store = Store::default();
    let begun = Instant::now();
    let waiting = store.wait_quiet(Duration::from_secs(3), soon());
    let arriving = async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_secs(2)).await;
            store.insert(of(1, 1)).unwrap();
        }
    };
    let (quiet, ()) = tokio::join!(waiting, arriving);
    assert!(quiet);
    assert_eq!(begun.elapsed(), Duration::from_secs(7));
    assert!(!store.wait_quiet(Duration::from_secs(3), Instant::now() + Duration::from_secs(2)).await);
}

/// A target as the harness sees it: its flush brings what is held back, its ledger is a list per question.
struct Scripted {
    store: Store,
    settling: Settling,
    flushed: std::sync::Mutex<Vec<Trace>>,
    ledger: std::sync::Mutex<Option<Vec<Vec<Open>>>>,
    dead: bool,
    flushes: AtomicUsize,
}

impl Scripted {
    fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
            settling: Settling::Flush,
            flushed: std::sync::Mutex::default(),
            ledger: std::sync::Mutex::default(),
            dead: false,
            flushes: AtomicUsize::new(0),
        }
    }
}

impl Source for Scripted {
    type Error = &'static str;

    fn settling(&self) -> Settling {
        self.settling
    }

    async fn flush(&self) -> Result<(), &'static str> {
        self.flushes.fetch_add(1, Ordering::SeqCst);
        if self.dead {
            return Err("it is dead");
        }
        for batch in self.flushed.lock().unwrap().drain(..) {
            self.store.insert(batch).unwrap();
        }
        Ok(())
    }

    fn ledger(&self) -> impl Future<Output = Result<Option<Vec<Open>>, &'static str>> + Send {
        let mut ledger = self.ledger.lock().unwrap();
        let answer =
            ledger.as_mut().map(|answers| if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() });
        async { Ok(answer) }
    }
}

fn open(trace: u8) -> Open {
    Open { trace_id: TraceId([trace; 16]), span_id: SpanId([1; 8]), name: "open".into() }
}

fn patience() -> Patience {
    let (lull, open, answer) = (Duration::from_secs(5), Duration::from_secs(7), Duration::from_secs(2));
    Patience { lull, open, answer, deadline: soon() }
}

fn counts(counts: &[(u8, usize)]) -> Counts {
    Counts(counts.iter().map(|(trace, count)| (TraceId([*trace; 16]), *count)).collect())
}

#[tokio::test(start_paused = true)]
async fn a_capture_whose_spans_are_there_is_complete_after_one_flush_and_without_delay() {
    let store = Store::default();
    store.insert(of(1, 1)).unwrap();
    store.insert(of(2, 3)).unwrap();
    let begun = Instant::now();
    let source = Scripted::new(&store);
    let completed = complete(&store, &source, &mut counts(&[(1, 1), (2, 3)]), patience()).await;
    assert!(completed.arrived && completed.settled && !completed.ledger);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(source.flushes.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn spans_that_a_target_holds_back_come_with_the_flush() {
    let store = Store::default();
    let source = Scripted::new(&store);
    source.flushed.lock().unwrap().push(of(1, 1));
    let begun = Instant::now();
    let completed = complete(&store, &source, &mut counts(&[(1, 1)]), patience()).await;
    assert!(completed.arrived && completed.settled);
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_span_that_never_comes_is_known_to_be_absent_after_a_lull() {
    let store = Store::default();
    let begun = Instant::now();
    let completed = complete(&store, &Scripted::new(&store), &mut counts(&[(1, 1)]), patience()).await;
    assert!(!completed.arrived && completed.settled);
    assert!(completed.capture(|_| true).complete);
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn an_open_span_of_the_case_is_waited_for_until_it_ends() {
    let store = Store::default();
    store.insert(of(1, 1)).unwrap();
    let source = Scripted::new(&store);
    *source.ledger.lock().unwrap() = Some(vec![vec![open(1), open(9)], vec![open(9)]]);
    let arriving = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        store.insert(of(1, 1)).unwrap();
    };
    let begun = Instant::now();
    let mut awaited = counts(&[(1, 1)]);
    let (completed, ()) = tokio::join!(complete(&store, &source, &mut awaited, patience()), arriving);
    assert!(completed.arrived && completed.settled && completed.ledger);
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
    // One that belongs to no case is nobody's reason to wait, but is told.
    assert_eq!(completed.open, [open(9)]);
    assert_eq!(completed.capture(|trace| trace == TraceId([1; 16])).open, []);
}

#[tokio::test(start_paused = true)]
async fn a_span_that_never_ends_is_waited_for_as_long_as_something_may_come() {
    let store = Store::default();
    store.insert(of(1, 1)).unwrap();
    let source = Scripted::new(&store);
    *source.ledger.lock().unwrap() = Some(vec![vec![open(1)]]);
    let begun = Instant::now();
    let completed = complete(&store, &source, &mut Until::new(|_| true), patience()).await;
    assert!(completed.settled);
    assert_eq!(completed.open, [open(1)]);
    assert_eq!(begun.elapsed(), Duration::from_secs(7));
    assert_eq!(source.flushes.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn open_spans_are_not_waited_for_where_they_are_not_asked_for() {
    let store = Store::default();
    store.insert(of(1, 1)).unwrap();
    let source = Scripted::new(&store);
    *source.ledger.lock().unwrap() = Some(vec![vec![open(1)]]);
    let begun = Instant::now();
    let patience = Patience { open: Duration::ZERO, ..patience() };
    let completed = complete(&store, &source, &mut counts(&[(1, 1)]), patience).await;
    assert!(completed.arrived && completed.settled);
    assert_eq!((completed.open.as_slice(), begun.elapsed()), ([open(1)].as_slice(), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn spans_that_trickle_in_are_waited_for_as_long_as_some_come() {
    let store = Store::default();
    let arriving = async {
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_secs(4)).await;
            store.insert(of(1, 1)).unwrap();
        }
    };
    let begun = Instant::now();
    let (mut awaited, source) = (counts(&[(1, 4)]), Scripted::new(&store));
    let (completed, ()) = tokio::join!(complete(&store, &source, &mut awaited, patience()), arriving);
    assert!(completed.arrived);
    assert_eq!(begun.elapsed(), Duration::from_secs(16));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_cannot_flush_is_waited_for_with_a_quiet_window() {
    let store = Store::default();
    store.insert(of(1, 1)).unwrap();
    let source = Scripted { settling: Settling::Quiet(Duration::from_secs(3)), ..Scripted::new(&store) };
    let begun = Instant::now();
    let completed = complete(&store, &source, &mut counts(&[(1, 1)]), patience()).await;
    assert!(completed.arrived && completed.settled);
    assert_eq!(begun.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn a_dead_target_ends_the_wait_and_what_came_stays() {
    let store = Store::default();
    store.insert(of(1, 1)).unwrap();
    let source = Scripted { dead: true, ..Scripted::new(&store) };
    let completed = complete(&store, &source, &mut counts(&[(1, 2)]), patience()).await;
    assert_eq!(completed.failure, Some(Failure::Error("it is dead")));
    assert!(!completed.capture(|_| true).complete);
    assert_eq!(store.take([TraceId([1; 16])]).spans.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_does_not_answer_is_silent_not_complete() {
    struct Hanging;
    impl Source for Hanging {
        type Error = ();
        fn settling(&self) -> Settling {
            Settling::Flush
        }
        async fn flush(&self) -> Result<(), ()> {
            std::future::pending().await
        }
        async fn ledger(&self) -> Result<Option<Vec<Open>>, ()> {
            Ok(None)
        }
    }
    let store = Store::default();
    let completed = complete(&store, &Hanging, &mut counts(&[]), patience()).await;
    assert_eq!(completed.failure, Some(Failure::Silent));
    assert!(!completed.settled);
}
