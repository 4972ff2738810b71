//! What the receiver's port answers to: OTLP/gRPC, and OTLP/HTTP with protobuf or JSON.
//!
//! A front only frames bytes. gRPC's frame is read here too, rather than by generated code: what cannot be decoded is an event to
//! remember, and the memory of a request is measured from its first byte.

use std::pin::pin;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tonic::body::Body;
use tonic::codegen::Body as HttpBody;
use tonic::{Code, Status};

use super::ingest::{Form, MESSAGE_BYTES_MAX, Posted, Refusal, ingest};
use super::store::Store;
use super::under_way::Share;

const GRPC_PATH: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const HTTP_PATH: &str = "/v1/traces";

/// Metrics, logs and profiles, from exporters that were not told to leave them out: nobody misses them.
const OTHER_SIGNALS: [&str; 7] = [
    "/v1/metrics",
    "/v1/logs",
    "/v1development/profiles",
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
    "/opentelemetry.proto.collector.profiles.v1experimental.ProfilesService/Export",
];

/// Answers one request.
pub(super) async fn serve<B: HttpBody<Data = Bytes>>(store: &Store, request: Request<B>) -> Response<Body> {
    let path = request.uri().path();
    if is_grpc(request.headers()) {
        if path == GRPC_PATH {
            return export_over_grpc(store, request).await;
        }
        let why = format!("only traces are received here, at {GRPC_PATH}: not {path}");
        note_unknown(store, request.method(), path);
        return Status::unimplemented(why).into_http();
    }
    match (path, request.method()) {
        (HTTP_PATH, &Method::POST) => export_over_http(store, request).await,
        (HTTP_PATH, _) => {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "traces are received by POST");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            response
        }
        (GRPC_PATH, _) => {
            store.refuse(format!("POST {GRPC_PATH} of no gRPC content type"));
            plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the content type of gRPC is application/grpc")
        }
        (path, method) => {
            note_unknown(store, method, path);
            plain(StatusCode::NOT_FOUND, &format!("only traces are received here, at {HTTP_PATH}: not {path}"))
        }
    }
}

/// Spans that were sent to a place that is none are lost as well.
fn note_unknown(store: &Store, method: &Method, path: &str) {
    if method == Method::POST && !OTHER_SIGNALS.contains(&path) {
        store.refuse(format!("an export request to {path}, where nothing is received"));
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::new(Bytes::from(format!("{text}\n")))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// The body of a request, whole; none if it breaks off, which is the sender's to notice: it has no answer.
async fn read<B: HttpBody<Data = Bytes>>(body: B, share: &mut Share) -> Result<Option<Bytes>, Refusal> {
    let mut body = pin!(body);
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Ok(None) };
        let Ok(data) = frame.into_data() else { continue };
        // A frame of gRPC has five bytes in front of the message.
        if whole.len() + data.len() > MESSAGE_BYTES_MAX + 5 {
            return Err(Refusal::TooLarge);
        }
        share.grow(data.len())?;
        whole.put(data);
    }
    Ok(Some(whole.freeze()))
}

// gRPC

fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

async fn export_over_grpc<B: HttpBody<Data = Bytes>>(store: &Store, request: Request<B>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let mut share = store.share();
    let taken = match read(body, &mut share).await {
        Ok(None) => return Status::cancelled("the request broke off").into_http(),
        Ok(Some(framed)) => match unframe(framed, &head.headers) {
            Ok((body, gzip)) => ingest(store, Posted { body, gzip, form: Form::Protobuf, share }).await,
            Err(refusal) => Err(refusal),
        },
        Err(refusal) => Err(refusal),
    };
    let Err(refusal) = taken else { return exported_over_grpc() };
    store.refuse(refusal.to_string());
    // None invites a retry: an exhausted resource does so only with `RetryInfo`.
    let code = match refusal {
        Refusal::Malformed(_) => Code::InvalidArgument,
        Refusal::Unsupported(_) => Code::Unimplemented,
        Refusal::TooLarge | Refusal::Crowded { .. } | Refusal::Flooded(_) => Code::ResourceExhausted,
    };
    let mut response = Status::new(code, refusal.to_string()).into_http();
    let accepted = HeaderValue::from_static("identity,gzip");
    response.headers_mut().insert(HeaderName::from_static("grpc-accept-encoding"), accepted);
    response
}

/// No field is set if all was taken: an `ExportTraceServiceResponse` of no bytes, in a frame.
fn exported_over_grpc() -> Response<Body> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let body = Full::new(Bytes::from_static(&[0; 5])).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}

/// The one message of a request, and whether it is compressed.
fn unframe(mut framed: Bytes, headers: &HeaderMap) -> Result<(Bytes, bool), Refusal> {
    let malformed = |what: &str| Refusal::Malformed(what.to_owned());
    if framed.len() < 5 {
        return Err(malformed("no message in its frame"));
    }
    let (flag, length) = (framed.get_u8(), framed.get_u32());
    if framed.len() as u64 != u64::from(length) {
        return Err(malformed("its frame is not of the length that it states"));
    }
    let encoding = headers.get("grpc-encoding").map_or(&b"identity"[..], HeaderValue::as_bytes);
    match (flag, encoding) {
        (0, _) => Ok((framed, false)),
        (1, b"gzip") => Ok((framed, true)),
        (1, other) => Err(Refusal::Unsupported(format!("grpc-encoding {}", String::from_utf8_lossy(other)))),
        _ => Err(malformed("its frame has an unknown flag")),
    }
}

// HTTP

async fn export_over_http<B: HttpBody<Data = Bytes>>(store: &Store, request: Request<B>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let content_type = head.headers.get(CONTENT_TYPE).cloned().unwrap_or(HeaderValue::from_static("(none)"));
    let Some(form) = form(&content_type) else {
        let why = format!("the content type {} is neither {PROTOBUF} nor {JSON}", in_text(&content_type));
        store.refuse(format!("an export request of an unknown form: {why}"));
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, &why);
    };
    let mut share = store.share();
    let taken = match read(body, &mut share).await {
        Ok(None) => return plain(StatusCode::BAD_REQUEST, "the request broke off"),
        Ok(Some(body)) => match is_gzip(&head.headers) {
            Ok(gzip) => ingest(store, Posted { body, gzip, form, share }).await,
            Err(refusal) => Err(refusal),
        },
        Err(refusal) => Err(refusal),
    };
    let (status, body) = match (taken, form) {
        // No field is set if all was taken.
        (Ok(()), Form::Protobuf) => (StatusCode::OK, Bytes::new()),
        (Ok(()), Form::Json) => (StatusCode::OK, Bytes::from_static(b"{}")),
        (Err(refusal), form) => {
            store.refuse(refusal.to_string());
            refused_over_http(&refusal, form)
        }
    };
    let mut response = Response::new(Body::new(Full::new(body)));
    *response.status_mut() = status;
    // "The server MUST use the same Content-Type in the response as it received in the request."
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

fn form(content_type: &HeaderValue) -> Option<Form> {
    let text = content_type.to_str().ok()?;
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is = |other: &str| essence.eq_ignore_ascii_case(other);
    is(PROTOBUF).then_some(Form::Protobuf).or(is(JSON).then_some(Form::Json))
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Refusal> {
    let Some(encoding) = headers.get(CONTENT_ENCODING) else { return Ok(false) };
    match encoding.as_bytes().to_ascii_lowercase().as_slice() {
        b"gzip" => Ok(true),
        b"identity" | b"" => Ok(false),
        _ => Err(Refusal::Unsupported(format!("content-encoding {}", in_text(encoding)))),
    }
}

fn in_text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// `google.rpc.Status`, which is what a refusal's body holds.
#[derive(Clone, PartialEq, prost::Message, serde::Serialize)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// None of the codes invites a retry.
fn refused_over_http(refusal: &Refusal, form: Form) -> (StatusCode, Bytes) {
    let (status, code) = match refusal {
        Refusal::Malformed(_) => (StatusCode::BAD_REQUEST, Code::InvalidArgument),
        Refusal::Unsupported(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::Unimplemented),
        Refusal::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, Code::ResourceExhausted),
        Refusal::Crowded { .. } | Refusal::Flooded(_) => (StatusCode::INSUFFICIENT_STORAGE, Code::ResourceExhausted),
    };
    let told = RpcStatus { code: code.into(), message: refusal.to_string() };
    let body = match form {
        Form::Protobuf => prost::Message::encode_to_vec(&told),
        Form::Json => serde_json::to_vec(&told).expect("its keys are texts"),
    };
    (status, body.into())
}
