//! The receiver's port: three forms of OTLP, what it answers, and what becomes of what is no OTLP.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use grpc_trace_conformance::capture::{Limits, Receiver, Store};
use grpc_trace_conformance::trace::{Trace, TraceId};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";
const TRACE: TraceId = TraceId([7; 16]);

/// What a receiver answered over HTTP/1.1.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

struct Stage {
    store: Store,
    receiver: Receiver,
}

impl Stage {
    async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    async fn with(limits: Limits) -> Self {
        let store = Store::new(limits);
        Self { receiver: Receiver::start(store.clone()).await.unwrap(), store }
    }

    async fn send(&self, method_and_path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.receiver.address()).await.unwrap();
        let mut head = format!("{method_and_path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        // A receiver that has read enough answers at once, and closes.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: answer[end + 4..].to_vec() }
    }

    async fn post(&self, content_type: &str, body: &[u8]) -> Answer {
        self.send("POST /v1/traces", &[("content-type", content_type)], body).await
    }

    async fn json(&self, body: &Value) -> Answer {
        self.post(JSON, body.to_string().as_bytes()).await
    }

    /// What a span of JSON, with what `span` says of it, has become: its defects.
    async fn defects(&self, span: Value) -> Vec<String> {
        let answer = self.json(&request_of(&with(good_json(), span))).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let taken = self.taken();
        assert_eq!(taken.spans.len(), 1);
        taken.spans[0].defects.iter().map(|defect| format!("{}: {}", defect.field, defect.found)).collect()
    }

    /// Everything that has arrived since the last time.
    fn taken(&self) -> Trace {
        self.store.take_strangers()
    }
}

fn good() -> Span {
    Span {
        trace_id: vec![7; 16],
        span_id: vec![9; 8],
        name: "a".into(),
        kind: 2,
        start_time_unix_nano: 1,
        end_time_unix_nano: 2,
        ..Span::default()
    }
}

fn encoded(spans: Vec<Span>) -> Vec<u8> {
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let group = ResourceSpans { resource: Some(Resource::default()), scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![group] }.encode_to_vec()
}

fn good_json() -> Value {
    json!({
        "traceId": "07".repeat(16), "spanId": "09".repeat(8), "name": "a", "kind": 2,
        "startTimeUnixNano": "1", "endTimeUnixNano": 2,
    })
}

fn request_of(span: &Value) -> Value {
    json!({ "resourceSpans": [{ "resource": {}, "scopeSpans": [{ "spans": [span] }] }] })
}

fn with(mut object: Value, more: Value) -> Value {
    let (Value::Object(object_fields), Value::Object(more)) = (&mut object, more) else { panic!("objects") };
    object_fields.extend(more);
    object
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_span_is_the_same_in_every_form_compressed_or_not() {
    let stage = Stage::new().await;
    let mut taken = Vec::new();
    for (content_type, body) in
        [(PROTOBUF, encoded(vec![good()])), (JSON, request_of(&good_json()).to_string().into_bytes())]
    {
        for (encoding, body) in [("identity", body.clone()), ("gzip", gzip(&body))] {
            let headers = [("content-type", content_type), ("content-encoding", encoding)];
            let answer = stage.send("POST /v1/traces", &headers, &body).await;
            assert_eq!(answer.status, 200, "{content_type} {encoding}");
            assert!(answer.head.contains(&format!("content-type: {content_type}")), "{}", answer.head);
            let success: &[u8] = if content_type == JSON { b"{}" } else { b"" };
            assert_eq!(answer.body, success, "partial_success has to be unset");
            taken.push(stage.taken());
        }
    }
    assert_eq!(taken[0].spans.len(), 1);
    assert!(taken[0].spans[0].defects.is_empty(), "{:?}", taken[0].spans[0].defects);
    assert!(taken.iter().all(|trace| *trace == taken[0]), "{taken:#?}");
    assert_eq!(stage.store.refusals().count, 0);
}

#[tokio::test]
async fn the_content_type_of_the_answer_is_that_of_the_request_to_the_letter() {
    let stage = Stage::new().await;
    for content_type in ["application/json; charset=utf-8", "Application/JSON"] {
        let answer = stage.post(content_type, b"{}").await;
        assert_eq!(answer.status, 200);
        let wanted = format!("content-type: {}", content_type.to_lowercase());
        assert!(answer.head.contains(&wanted), "{}", answer.head);
    }
}

#[tokio::test]
async fn bad_data_is_answered_with_a_status_in_the_form_of_the_request_and_remembered() {
    #[derive(Clone, PartialEq, prost::Message)]
    struct Status {
        #[prost(int32, tag = "1")]
        code: i32,
        #[prost(string, tag = "2")]
        message: String,
    }
    let stage = Stage::new().await;
    let answer = stage.post(PROTOBUF, b"\x0a\x03\x1a\x01\xff").await;
    assert_eq!(answer.status, 400);
    let status = Status::decode(answer.body.as_slice()).unwrap();
    assert!(status.code == 3 && status.message.contains("UTF-8"), "{status:?}");
    let bad = ["", "{", "[]", "5", "{} {}", "{\"resourceSpans\": 5}", "{\"resourceSpans\": [{\"scopeSpans\": {}}]}"];
    for body in bad {
        let answer = stage.post(JSON, body.as_bytes()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.head.contains("content-type: application/json"), "{}", answer.head);
        let status: Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(status["code"] == 3 && status["message"].as_str().unwrap().len() > 30, "{status}");
    }
    let not_gzip = [("content-type", PROTOBUF), ("content-encoding", "gzip")];
    assert_eq!(stage.send("POST /v1/traces", &not_gzip, b"plain").await.status, 400);
    assert_eq!(stage.store.refusals().count, 2 + bad.len());
    assert!(stage.store.look(|held| held.is_empty()));
}

#[tokio::test]
async fn what_is_no_export_is_told_so_and_spans_lost_by_it_are_remembered() {
    let stage = Stage::new().await;
    let body = encoded(vec![good()]);
    for (request, headers, status, is_lost) in [
        ("POST /v1/traces", &[("content-type", "text/plain")][..], 415, true),
        ("POST /v1/traces", &[], 415, true),
        ("POST /v1/traces", &[("content-type", PROTOBUF), ("content-encoding", "zstd")], 415, true),
        ("GET /v1/traces", &[], 405, false),
        ("PUT /v1/traces", &[("content-type", PROTOBUF)], 405, false),
        ("POST /", &[("content-type", PROTOBUF)], 404, true),
        ("POST /v1/traces/v1/traces", &[("content-type", PROTOBUF)], 404, true),
        ("POST /v1/metrics", &[("content-type", PROTOBUF)], 404, false),
        ("POST /v1/logs", &[("content-type", JSON)], 404, false),
        ("GET /", &[], 404, false),
    ] {
        let before = stage.store.refusals().count;
        let answer = stage.send(request, headers, &body).await;
        assert_eq!(answer.status, status, "{request} {headers:?}");
        assert_eq!(stage.store.refusals().count - before, usize::from(is_lost), "{request} {headers:?}");
        assert_eq!(status == 405, answer.head.contains("allow: post"), "{}", answer.head);
    }
    assert!(stage.store.look(|held| held.is_empty()));
}

#[tokio::test]
async fn messages_are_taken_up_to_64_mebibytes() {
    let stage = Stage::new().await;
    let of_size = |bytes: usize| encoded(vec![Span { name: "x".repeat(bytes), ..good() }]);
    assert_eq!(stage.post(PROTOBUF, &of_size((64 << 20) - 100)).await.status, 200);
    assert_eq!(stage.taken().spans[0].name.len(), (64 << 20) - 100);
    assert_eq!(stage.post(PROTOBUF, &of_size(64 << 20)).await.status, 413);
    let headers = [("content-type", PROTOBUF), ("content-encoding", "gzip")];
    // Members of gzip may follow each other.
    let answer = stage.send("POST /v1/traces", &headers, &gzip(&[0; 1 << 20]).repeat(65)).await;
    assert_eq!(answer.status, 413, "{}", answer.head);
    let refusals = stage.store.refusals();
    assert!(refusals.reasons.iter().all(|reason| reason.contains("more than 67108864 bytes")), "{refusals:?}");
}

#[tokio::test]
async fn what_unfolds_to_more_than_there_is_room_for_is_refused_before_it_does() {
    let stage = Stage::with(Limits { under_way: 16 << 20, ..Limits::default() }).await;
    // A million spans of two bytes each, which are some hundred as they are decoded.
    let spans = encoded(vec![Span::default(); 1_000_000]);
    assert!(spans.len() < 3_000_000);
    for (content_type, encoding, body) in [
        (PROTOBUF, "identity", spans.clone()),
        (PROTOBUF, "gzip", gzip(&spans)),
        (JSON, "identity", format!("{{\"resourceSpans\":[{}{{}}]}}", "{},".repeat(1_000_000)).into_bytes()),
        (JSON, "gzip", gzip(&vec![b' '; 17 << 20])),
    ] {
        let headers = [("content-type", content_type), ("content-encoding", encoding)];
        let answer = stage.send("POST /v1/traces", &headers, &body).await;
        assert_eq!(answer.status, 507, "{content_type} {encoding}: {}", String::from_utf8_lossy(&answer.body));
        let reason = stage.store.refusals().reasons.pop().unwrap();
        assert!(reason.contains("flooded the capture") && reason.contains("16777216 bytes"), "{reason}");
    }
    // Whatever was refused has given its room back.
    assert_eq!(stage.post(PROTOBUF, &encoded(vec![good(); 1000])).await.status, 200);
}

#[tokio::test]
async fn json_is_taken_as_liberally_as_its_specification_wants() {
    let stage = Stage::new().await;
    let long = "d".repeat(16);
    for span in [
        json!({ "traceId": "0A".repeat(16), "spanId": long.to_uppercase(), "parentSpanId": "" }),
        json!({ "startTimeUnixNano": 1, "endTimeUnixNano": "18446744073709551615" }),
        json!({ "attributes": null, "events": null, "links": null, "status": null, "traceState": null, "flags": null }),
        json!({ "unknown": { "a": [1] }, "not_known": 1, "flags": "257", "kind": 3 }),
        json!({ "attributes": [
            { "key": "a", "value": { "arrayValue": {} } }, { "key": "b", "value": { "doubleValue": "NaN" } },
            { "key": "c", "value": {} }, { "key": "d" }, { "key": "e", "value": { "intValue": "-5" } },
            { "key": "f", "value": { "bytesValue": "_-8" } }, { "key": "g", "value": { "doubleValue": 1 } },
            { "key": "h", "value": { "kvlistValue": { "values": [{ "key": "i", "value": { "boolValue": true } }] } } },
            { "key": "j", "value": { "doubleValue": "-Infinity" } }, { "key": "k", "value": { "intValue": 1.0 } },
        ] }),
    ] {
        let shown = span.to_string();
        assert_eq!(stage.defects(span).await, Vec::<String>::new(), "{shown}");
    }
    let attributes = json!([
        { "key": "a", "value": { "arrayValue": {} } }, { "key": "f", "value": { "bytesValue": "_-8" } },
        { "key": "e", "value": { "intValue": "-5" } }, { "key": "c", "value": {} },
    ]);
    stage.json(&request_of(&with(good_json(), json!({ "attributes": attributes })))).await;
    let span = stage.taken().spans.remove(0);
    let shown: Vec<_> = span.attributes.iter().map(|entry| format!("{}={}", entry.key, entry.value)).collect();
    assert_eq!(shown, ["a=[]", "f=0xffef", "e=-5", "c=<empty>"]);
}

#[tokio::test]
async fn json_that_is_no_otlp_is_kept_with_what_is_wrong() {
    let stage = Stage::new().await;
    let value = |value: Value| json!({ "attributes": [{ "key": "k", "value": value }] });
    for (span, defects) in [
        (json!({ "traceId": "xyz" }), &["trace_id: \"xyz\" instead of hexadecimal digits"][..]),
        (
            json!({ "traceId": "BwcHBwcHBwcHBwcHBwcHBw==" }),
            &["trace_id: \"BwcHBwcHBwcHBwcHBwcHBw==\" instead of hexadecimal digits"],
        ),
        (json!({ "traceId": "07" }), &["trace_id: 1 byte: 07"]),
        (json!({ "parentSpanId": 5 }), &["parent_span_id: 5 instead of hexadecimal digits"]),
        (json!({ "kind": "SPAN_KIND_SERVER" }), &["kind: \"SPAN_KIND_SERVER\""]),
        (json!({ "kind": 17 }), &["kind: 17"]),
        (json!({ "status": { "code": "STATUS_CODE_ERROR" } }), &["status.code: \"STATUS_CODE_ERROR\""]),
        (json!({ "name": 5 }), &["name: 5 instead of a text"]),
        (
            json!({ "endTimeUnixNano": "soon" }),
            &["end_time_unix_nano: \"soon\" instead of a whole number of the field's size"],
        ),
        (json!({ "flags": -1 }), &["flags: -1 instead of a whole number of the field's size"]),
        (
            json!({ "start_time_unix_nano": "1" }),
            &["key: start_time_unix_nano instead of startTimeUnixNano", "key: startTimeUnixNano more than once"],
        ),
        (json!({ "attributes": { "k": "v" } }), &["attributes: an object instead of a list"]),
        (json!({ "events": ["e"] }), &["events[0]: a text instead of an object"]),
        (value(json!({ "futureValue": 1 })), &["attributes[0]: unknown kind of value futureValue"]),
        (value(json!("v")), &["attributes[0]: a text instead of an object"]),
        (value(json!({ "string_value": "v" })), &["attributes[0].key: string_value instead of stringValue"]),
        (value(json!({ "stringValue": "v", "intValue": 1 })), &["attributes[0]: 2 values in one"]),
        (value(json!({ "intValue": 1.5 })), &["attributes[0]: 1.5 instead of a whole number of the field's size"]),
        (value(json!({ "bytesValue": "!" })), &["attributes[0]: \"!\" instead of base64"]),
    ] {
        assert_eq!(stage.defects(span.clone()).await, defects, "{span}");
    }
    assert_eq!(stage.store.refusals().count, 0);
}

#[tokio::test]
async fn what_is_wrong_around_spans_is_wrong_with_each_of_them() {
    let stage = Stage::new().await;
    let group = json!({
        "resource": { "attributes": 1 },
        "scope_spans": [{ "scope": { "name": 2 }, "spans": [good_json(), good_json()] }, { "spans": [good_json()] }],
    });
    stage.json(&json!({ "resource_spans": [group] })).await;
    let taken = stage.taken();
    let inherited = [
        "key: resource_spans instead of resourceSpans",
        "key: scope_spans instead of scopeSpans",
        "resource.attributes: a number instead of a list",
    ];
    for (index, span) in taken.spans.iter().enumerate() {
        let defects: Vec<_> = span.defects.iter().map(|defect| format!("{}: {}", defect.field, defect.found)).collect();
        assert!(inherited.iter().all(|wanted| defects.contains(&(*wanted).to_owned())), "{defects:?}");
        assert_eq!(defects.contains(&"scope.name: 2 instead of a text".to_owned()), index < 2, "{defects:?}");
    }
    assert_eq!(taken.spans.len(), 3);
    assert_eq!(taken.spans.iter().filter(|span| span.trace_id == TRACE).count(), 3);
}

#[tokio::test]
async fn no_request_is_made_to_carry_millions_of_defects() {
    let stage = Stage::new().await;
    let attributes: Vec<_> = (0..100).map(|_| json!({ "key": 1 })).collect();
    assert_eq!(stage.defects(json!({ "attributes": attributes })).await.len(), 8);
}
