//! What spans cost from the wire to the verdict, beside the bare decoding of the same bytes. The batches are those that a real
//! exporter sent in a real run of the reference, and what is judged is the evidence of that run: hundreds of cases of a few
//! spans each, and some of calls by the dozen at once.
//!
//! The group `ingest` measures the processor's time, which does not depend on who else works on the machine. The group `two
//! cores` measures the clock on the wall while two threads work, each with a store of its own, as each target has.

use std::hint::black_box;
use std::net::TcpListener;
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use conformance_kit::in_process::{Running, Settings};
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use grpc_trace_conformance::capture::{Store, convert};
use grpc_trace_conformance::evidence::Evidence;
use grpc_trace_conformance::rules;
use grpc_trace_conformance::run::{Attached, Harness};
use grpc_trace_conformance::trace::TraceId;
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

/// As in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn ingest(criterion: &mut Criterion<CpuTime>) {
    let Recorded { batches, evidence } = &*RECORDED;
    let mut group = criterion.benchmark_group("ingest");
    group.throughput(Throughput::Elements(RECORDED.spans()));
    group.bench_function("decode", |bencher| bencher.iter(|| decode_all(batches)));
    group.bench_function("decode and convert", |bencher| {
        bencher.iter(|| batches.iter().for_each(|batch| drop(black_box(convert(decode(batch))))));
    });
    group.bench_function("decode, convert, store and take", |bencher| {
        bencher.iter_batched_ref(
            Store::default,
            |store| {
                put_all(store, batches);
                black_box(store.take_strangers())
            },
            BatchSize::PerIteration,
        );
    });
    let mut core = Core::new(&RECORDED);
    group.bench_function("take and judge", |bencher| bencher.iter(|| core.take_and_judge(batches)));
    group.throughput(Throughput::Elements(evidence.iter().map(|evidence| evidence.trace.spans.len() as u64).sum()));
    group.bench_function("judge", |bencher| {
        bencher.iter(|| evidence.iter().for_each(|evidence| drop(black_box(rules::judge(evidence)))));
    });
    group.finish();
}

/// What is required of the receiver, and beside it what no receiver can do without.
fn two_cores(criterion: &mut Criterion) {
    let batches = &RECORDED.batches;
    let mut cores: Vec<_> = (0..2).map(|_| Core::new(&RECORDED)).collect();
    let mut group = criterion.benchmark_group("two cores");
    group.throughput(Throughput::Elements(cores.len() as u64 * RECORDED.spans()));
    group.bench_function("decode", |bencher| {
        bencher.iter_custom(|rounds| at_once(&mut cores, rounds, |_| decode_all(batches)));
    });
    group.bench_function("take and judge", |bencher| {
        bencher.iter_custom(|rounds| at_once(&mut cores, rounds, |core| core.take_and_judge(batches)));
    });
    group.finish();
}

/// How long it takes until all cores have done their work so many times.
fn at_once(cores: &mut [Core], rounds: u64, work: impl Fn(&mut Core) + Sync) -> Duration {
    let begun = Instant::now();
    thread::scope(|scope| {
        for core in cores {
            scope.spawn(|| (0..rounds).for_each(|_| work(core)));
        }
    });
    begun.elapsed()
}

/// The cases that a thread judges, whose spans it takes from what it received.
struct Core {
    cases: Vec<(Vec<TraceId>, Evidence)>,
}

impl Core {
    fn new(recorded: &Recorded) -> Self {
        let case = |evidence: &Arc<Evidence>| {
            let mut traces: Vec<_> = evidence.trace.spans.iter().map(|span| span.trace_id).collect();
            traces.sort();
            traces.dedup();
            (traces, Evidence::clone(evidence))
        };
        let mut core = Self { cases: recorded.evidence.iter().map(case).collect() };
        core.take_and_judge(&recorded.batches);
        for ((_, own), evidence) in core.cases.iter().zip(&recorded.evidence) {
            assert_eq!(own.trace.spans.len(), evidence.trace.spans.len(), "the spans of {}", own.plan.case_id());
        }
        core
    }

    fn take_and_judge(&mut self, batches: &[Vec<u8>]) {
        let store = Store::default();
        put_all(&store, batches);
        for (traces, evidence) in &mut self.cases {
            evidence.trace = store.take(traces.iter().copied());
            black_box(rules::judge(evidence));
        }
    }
}

fn decode(batch: &[u8]) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest::decode(batch).expect("an exporter encoded it")
}

fn decode_all(batches: &[Vec<u8>]) {
    batches.iter().for_each(|batch| drop(black_box(decode(batch))));
}

fn put_all(store: &Store, batches: &[Vec<u8>]) {
    for batch in batches {
        store.insert(convert(decode(batch))).expect("the limit is higher");
    }
}

/// A run, as it was on the wire and as it is judged.
struct Recorded {
    batches: Vec<Vec<u8>>,
    evidence: Vec<Arc<Evidence>>,
}

static RECORDED: LazyLock<Recorded> = LazyLock::new(|| Runtime::new().expect("a runtime").block_on(record()));

impl Recorded {
    /// How many spans are on the wire.
    fn spans(&self) -> u64 {
        self.batches.iter().map(|batch| convert(decode(batch)).spans.len() as u64).sum()
    }
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
    let ordinary = ["unary", "stream", "status", "message", "metadata", "relay/chain", "relay/fan-out"];
    let at_once = ["concurrency/shapes", "concurrency/contexts", "concurrency/one-parent"];
    let harness = ordinary.into_iter().chain(at_once).fold(Harness::attached("rust/reference", to), Harness::scenario);
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
    name = by_processor;
    config = Criterion::default().with_measurement(CpuTime).sample_size(30);
    targets = ingest
}
criterion_group! {
    name = by_the_wall;
    config = Criterion::default().sample_size(30);
    targets = two_cores
}
criterion_main!(by_processor, by_the_wall);
