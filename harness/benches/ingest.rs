//! What spans cost from the wire to the verdict, beside the bare decoding of the same bytes. The batches are those that a real
//! exporter sent in a real run of the reference, and what is judged is the evidence of that run.
//!
//! Measured is the processor's time, which does not depend on who else works on the machine: with two cores, twice as many spans a
//! second are taken as are shown.

use std::hint::black_box;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use conformance_kit::in_process::{Running, Settings};
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use grpc_trace_conformance::capture::{Store, convert};
use grpc_trace_conformance::evidence::Evidence;
use grpc_trace_conformance::rules;
use grpc_trace_conformance::run::{Attached, Harness};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider, SpanData, SpanExporter};
use prost::Message;
use tokio::runtime::Runtime;
use tonic_trace_reference::conformance::Reference;

fn ingest(criterion: &mut Criterion<CpuTime>) {
    let Recorded { batches, evidence } = Runtime::new().expect("a runtime").block_on(record());
    let decode = |batch: &Vec<u8>| ExportTraceServiceRequest::decode(batch.as_slice()).expect("an exporter encoded it");
    let spans = batches.iter().map(|batch| convert(decode(batch)).spans.len() as u64).sum();
    let judged: u64 = evidence.iter().map(|evidence| evidence.trace.spans.len() as u64).sum();
    let mut group = criterion.benchmark_group("ingest");
    group.throughput(Throughput::Elements(spans));
    group.bench_function("decode", |bencher| {
        bencher.iter(|| batches.iter().for_each(|batch| drop(black_box(decode(batch)))));
    });
    group.bench_function("decode and convert", |bencher| {
        bencher.iter(|| batches.iter().for_each(|batch| drop(black_box(convert(decode(batch))))));
    });
    group.bench_function("decode, convert, store and take", |bencher| {
        bencher.iter_batched_ref(
            Store::default,
            |store| {
                for batch in &batches {
                    store.insert(convert(decode(batch))).expect("the limit is higher");
                }
                black_box(store.take_strangers())
            },
            BatchSize::PerIteration,
        );
    });
    group.throughput(Throughput::Elements(judged));
    group.bench_function("judge", |bencher| {
        bencher.iter(|| evidence.iter().for_each(|evidence| drop(black_box(rules::judge(evidence)))));
    });
    group.finish();
}

/// A run, as it was on the wire and as it is judged.
struct Recorded {
    batches: Vec<Vec<u8>>,
    evidence: Vec<Arc<Evidence>>,
}

async fn record() -> Recorded {
    let otlp = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", otlp.local_addr().expect("it is bound"));
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(endpoint);
    let exporter = exporter.build().expect("an exporter");
    let batches = Arc::default();
    let recorder = Recorder { batches: Arc::clone(&batches), resource: ResourceAttributesWithSchema::default() };
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder_empty().with_service_name("bench").build())
        .with_span_processor(batching(recorder))
        .with_span_processor(batching(exporter))
        .build();
    let settings = Settings { semconv_opt_in: vec!["rpc".into()], ..Settings::default() };
    let running = Running::start(&Reference::default(), &provider, None, &settings, true).expect("it starts");
    let address = running.addresses()[0].clone();
    let to = Attached { address, otlp: Arc::new(otlp), quiet: Duration::from_secs(1) };
    let harness = ["unary", "stream", "status", "message", "metadata", "relay/chain", "relay/fan-out"]
        .into_iter()
        .fold(Harness::attached("rust/reference", to), Harness::scenario);
    let results = harness.run().await.expect("it runs");
    running.shutdown().await.expect("it stops");
    let batches = std::mem::take(&mut *batches.lock().expect("nobody panicked"));
    let evidence: Vec<_> = results.into_iter().filter_map(|result| result.evidence).collect();
    assert!(evidence.len() > 300 && batches.len() > 1, "{} cases, {} batches", evidence.len(), batches.len());
    Recorded { batches, evidence }
}

fn batching(exporter: impl SpanExporter + 'static) -> BatchSpanProcessor {
    let config = BatchConfigBuilder::default().with_scheduled_delay(Duration::from_millis(100)).build();
    BatchSpanProcessor::builder(exporter).with_batch_config(config).build()
}

/// Keeps what an OTLP exporter would send.
#[derive(Debug)]
struct Recorder {
    batches: Arc<Mutex<Vec<Vec<u8>>>>,
    resource: ResourceAttributesWithSchema,
}

impl SpanExporter for Recorder {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let resource_spans = group_spans_by_resource_and_scope(batch, &self.resource);
        let encoded = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
        self.batches.lock().expect("nobody panicked").push(encoded);
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}

/// The time that processors spent on this process.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Duration::try_from(now).expect("it counts from zero")
    }

    fn end(&self, start: Duration) -> Duration {
        self.start() - start
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime).sample_size(30);
    targets = ingest
}
criterion_main!(benches);
