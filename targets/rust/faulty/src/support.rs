//! What most faults are made of.

pub(crate) use std::borrow::Cow;
pub(crate) use std::error::Error;
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
pub(crate) use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
pub(crate) use std::time::{Duration, SystemTime};

pub(crate) use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, request};
pub(crate) use http_body::Frame;
pub(crate) use opentelemetry::trace::{
    Link, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState,
    Tracer as _,
};
pub(crate) use opentelemetry::{Array, Context, ContextGuard, InstrumentationScope, KeyValue, StringValue, Value};
pub(crate) use opentelemetry_sdk::Resource;
pub(crate) use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
pub(crate) use opentelemetry_sdk::trace::{SdkTracer, Span, SpanData, SpanProcessor};
pub(crate) use tonic::Code;
pub(crate) use tonic::body::Body;
pub(crate) use tonic_trace_reference::{
    Call, Convention, Direction, Ending, Message, Outcome, Policy, Stage, Standard, code_name,
};
pub(crate) use tower_service::Service as _;

pub(crate) use crate::around::{Answer, Around, Next, OnRequest, OnResponse, at_end, empty_message, frames, method};
pub(crate) use crate::attributes::{KEYS, One, RENAMED, is_of_another, row};
pub(crate) use crate::captured::{Capturing, OF, of_the_other_generation, texts, with_texts};
pub(crate) use crate::fault::{At, SHAPES, Side, fault};
pub(crate) use crate::native::{
    Correct, Level, Native, PREVIOUS, TRANSPARENT, Told, compressed_size, name_of, number, size, uncompressed,
};
pub(crate) use crate::parts::Parts;
pub(crate) use crate::wire::rpc_spans;

/// The status codes that are an error of the server's own.
pub(crate) const OF_SERVER: [&str; 6] =
    ["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"];

/// The status codes by which a server tells the client that the fault is not its own.
pub(crate) const OF_CLIENT: [&str; 10] = [
    "CANCELLED",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNAUTHENTICATED",
];

/// Nothing here is left half done by a panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether this is a client's end.
pub(crate) fn is_client(call: &Call) -> bool {
    call.side() == tonic_trace_reference::Side::Client
}

/// Whether this is a server's end.
pub(crate) fn is_server(call: &Call) -> bool {
    !is_client(call)
}

/// Another ending at a response's headers than the right one, at the ends that the fault is at.
pub(crate) struct AtHeaders {
    pub(crate) at: At,
    pub(crate) change: fn(Ending) -> Ending,
}

impl Policy for AtHeaders {
    fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
        let right = Standard.at_headers(call, status, headers, is_end);
        if self.at.is(call) { (self.change)(right) } else { right }
    }
}

/// An end so long after the call's, at the ends that the fault is at.
pub(crate) struct EndsLate {
    pub(crate) at: At,
    pub(crate) by: Duration,
}

impl Policy for EndsLate {
    fn end(&self, call: &Call, cx: &Context, _outcome: &Outcome) {
        let late = if self.at.is(call) { self.by } else { Duration::ZERO };
        cx.span().end_with_timestamp(SystemTime::now() + late);
    }
}

/// Starts a span that something keeps, so that only the instrumentation ends it: this SDK ends what is dropped.
pub(crate) fn kept(call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
    let cx = Standard.start(call, tracer, builder, parent);
    std::mem::forget(cx.clone());
    cx
}

/// The current span's context.
pub(crate) fn span_context(cx: &Context) -> SpanContext {
    cx.span().span_context().clone()
}

/// Whether there is a span in the context.
pub(crate) fn has_span(cx: &Context) -> bool {
    cx.span().span_context().is_valid()
}

/// The same context with another span in it.
pub(crate) fn with_span_context(cx: &Context, change: impl FnOnce(&SpanContext) -> SpanContext) -> Context {
    cx.with_remote_span_context(change(&span_context(cx)))
}

/// A span context with other flags.
pub(crate) fn with_flags(span: &SpanContext, flags: TraceFlags) -> SpanContext {
    SpanContext::new(span.trace_id(), span.span_id(), flags, span.is_remote(), span.trace_state().clone())
}

/// A span context with other ids.
pub(crate) fn with_ids(span: &SpanContext, trace: TraceId, id: SpanId) -> SpanContext {
    SpanContext::new(trace, id, span.trace_flags(), span.is_remote(), span.trace_state().clone())
}

/// Changes a header of which there is one.
pub(crate) fn rewrite(headers: &mut HeaderMap, name: &'static str, change: impl FnOnce(&str) -> String) {
    if let Some(value) = text(headers, name)
        && let Ok(value) = HeaderValue::try_from(change(&value))
    {
        headers.insert(name, value);
    }
}

/// A header as text.
pub(crate) fn text(headers: &HeaderMap, name: &'static str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// Sets a header from text, which has to be one.
pub(crate) fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// Remembers a value with a call, the first time.
pub(crate) fn stash<T: Send + Sync + 'static>(call: &Call, value: T) {
    let _ = call.stash().set(Box::new(value));
}

/// What was remembered.
pub(crate) fn stashed<T: 'static>(call: &Call) -> Option<&T> {
    call.stash().get()?.downcast_ref()
}

/// Adds what `standard` says, after it was broken.
pub(crate) fn broken(
    out: &mut Vec<KeyValue>,
    standard: impl FnOnce(&mut Vec<KeyValue>),
    change: impl FnOnce(&mut Vec<KeyValue>),
) {
    let mut own = Vec::new();
    standard(&mut own);
    change(&mut own);
    out.append(&mut own);
}

/// Adds a message's event.
pub(crate) fn add_message(cx: &Context, direction: Direction, id: u64) {
    let word = match direction {
        Direction::Sent => "SENT",
        Direction::Received => "RECEIVED",
    };
    let id = i64::try_from(id).unwrap_or(i64::MAX);
    let attributes = vec![KeyValue::new("rpc.message.type", word), KeyValue::new("rpc.message.id", id)];
    cx.span().add_event("rpc.message", attributes);
}

/// The messages of a response, as this end counts them.
pub(crate) fn response(call: &Call) -> Direction {
    if is_client(call) { Direction::Received } else { Direction::Sent }
}

/// Whether an error of this type stands behind another.
pub(crate) fn is_caused_by<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source()).any(|cause| cause.is::<E>())
}

/// A response whose headers and trailers are changed alike: a status may be in either.
pub(crate) fn changed(
    mut response: Response<Body>,
    change: impl Fn(&mut HeaderMap) + Send + 'static,
) -> Response<Body> {
    change(response.headers_mut());
    response.map(|body| {
        frames(body, move |mut frame| {
            if let Some(trailers) = frame.trailers_mut() {
                change(trailers);
            }
            vec![frame]
        })
    })
}

/// The answer of a call that the instrumentation breaks.
pub(crate) fn failed() -> Response<Body> {
    tonic::Status::unknown("the instrumentation has failed").into_http()
}

/// A layer that fails calls with such headers.
pub(crate) struct FailsIf<F>(pub(crate) F);

impl<F: Fn(&HeaderMap) -> bool + Send + Sync + 'static> Around for FailsIf<F> {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        if (self.0)(request.headers()) {
            return Box::pin(std::future::ready(Ok(failed())));
        }
        next.call(request)
    }
}
