//! What a request costs beside its decoding: conversion and storing should be small against it.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use grpc_trace_conformance::capture::{Store, convert};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span};
use prost::Message;

const SPANS: u64 = 10_000;

fn ingest(criterion: &mut Criterion) {
    let body = request().encode_to_vec();
    let decode = || ExportTraceServiceRequest::decode(body.as_slice()).expect("what was encoded decodes");
    let mut group = criterion.benchmark_group("ingest");
    group.throughput(Throughput::Elements(SPANS));
    group.bench_function("decode", |bencher| bencher.iter_with_large_drop(|| black_box(decode())));
    group.bench_function("decode and convert", |bencher| {
        bencher.iter_with_large_drop(|| black_box(convert(decode())));
    });
    group.bench_function("decode, convert and store", |bencher| {
        bencher.iter_batched_ref(
            Store::default,
            |store| store.insert(convert(decode())).expect("the limit is higher"),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// As a batch of an instrumented gRPC server and its client: two spans a trace, with the attributes of semconv 1.38.
fn request() -> ExportTraceServiceRequest {
    let spans = (0..SPANS).map(span).collect();
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource = Resource { attributes: vec![text("service.name", "bench")], ..Resource::default() };
    let group = ResourceSpans { resource: Some(resource), scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![group] }
}

fn span(number: u64) -> Span {
    let trace = (u128::from(number / 2) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let message = |name: &str, id: u64| span::Event {
        time_unix_nano: 3 + id,
        name: name.into(),
        attributes: vec![text("message.type", "RECEIVED"), int("message.id", 1)],
        ..span::Event::default()
    };
    Span {
        trace_id: trace.to_be_bytes().to_vec(),
        span_id: (number + 1).to_be_bytes().to_vec(),
        parent_span_id: (number + 2).to_be_bytes().to_vec(),
        flags: 0x301,
        name: "conformance.v1.Conformance/Unary".into(),
        kind: if number.is_multiple_of(2) { 2 } else { 3 },
        start_time_unix_nano: 1,
        end_time_unix_nano: 9,
        attributes: vec![
            text("rpc.system", "grpc"),
            text("rpc.service", "conformance.v1.Conformance"),
            text("rpc.method", "Unary"),
            int("rpc.grpc.status_code", 0),
            text("server.address", "127.0.0.1"),
            int("server.port", 50051),
            text("network.peer.address", "127.0.0.1"),
            int("network.peer.port", 40000),
        ],
        events: vec![message("message", 1), message("message", 2)],
        status: Some(Status::default()),
        ..Span::default()
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

fn int(key: &str, value: i64) -> KeyValue {
    attribute(key, Value::IntValue(value))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), key_strindex: 0 }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30);
    targets = ingest
}
criterion_main!(benches);
