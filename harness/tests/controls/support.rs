//! What most controls are made of.

pub(crate) use std::borrow::Cow;
pub(crate) use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

pub(crate) use grpc_trace_conformance::evidence::Evidence;
pub(crate) use grpc_trace_conformance::trace::{self, Kind, StatusCode};
pub(crate) use grpc_trace_conformance::transcript::Entry;
pub(crate) use http::{HeaderMap, HeaderValue};
pub(crate) use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanKind, TraceContextExt as _, TraceFlags, TraceId, Tracer as _,
};
pub(crate) use opentelemetry::{Context, InstrumentationScope, KeyValue, StringValue};
pub(crate) use opentelemetry_sdk::trace::{SdkTracer, Span};
pub(crate) use tonic::Code;
pub(crate) use tonic_trace_reference::{Call, Convention, Message, Outcome, Policy, Side, Standard};

pub(crate) use crate::control::Control;
pub(crate) use crate::variant::Parts;

/// The conventions that the reference follows.
pub(crate) const ALL: &[&str] = &["rpc-1.38", "rpc-1.39", "rpc-dup", "rpc-next"];

/// Whether this is a client's end.
pub(crate) fn is_client(call: &Call) -> bool {
    call.side() == Side::Client
}

/// Whether any span of a case is so.
pub(crate) fn any(evidence: &Evidence, is: impl Fn(&trace::Span) -> bool) -> bool {
    evidence.trace.spans.iter().any(is)
}

/// Whether a span stands for an end of a call.
pub(crate) fn is_of_call(span: &trace::Span) -> bool {
    matches!(span.kind, Kind::Client | Kind::Server)
}

/// Whether a span has this key.
pub(crate) fn has(span: &trace::Span, key: &str) -> bool {
    span.attributes.iter().any(|attribute| attribute.key == key)
}

/// Whether a span's attribute is this text.
pub(crate) fn says(span: &trace::Span, key: &str, text: &str) -> bool {
    let text = trace::Value::String(text.to_owned());
    span.attributes.iter().any(|attribute| attribute.key == key && attribute.value == text)
}

/// The span that a span hangs under.
pub(crate) fn parent<'e>(evidence: &'e Evidence, span: &trace::Span) -> Option<&'e trace::Span> {
    let is = |other: &&trace::Span| other.trace_id == span.trace_id && Some(other.span_id) == span.parent_span_id;
    evidence.trace.spans.iter().find(is)
}

/// Begins a span in a context, unless that has a context that is not sampled: then nothing would be recorded.
pub(crate) fn begin(tracer: &SdkTracer, name: &'static str, kind: SpanKind, cx: &Context) -> Option<Context> {
    let around = cx.span().span_context().clone();
    if around.is_valid() && !around.is_sampled() {
        return None;
    }
    let span = SpanBuilder::from_name(name).with_kind(kind);
    Some(cx.with_span(tracer.build_with_context(span, cx)))
}

/// What the ends of the harness and of the target received with their calls.
pub(crate) fn received(evidence: &Evidence) -> impl Iterator<Item = &Entry> {
    let servers = evidence.transcript.calls.values().flat_map(|call| &call.server);
    servers.flat_map(|server| &server.metadata)
}

/// A tracer that a policy first gets to see with a call.
#[derive(Default)]
pub(crate) struct KeptTracer(OnceLock<SdkTracer>);

impl KeptTracer {
    pub(crate) fn keep(&self, tracer: &SdkTracer) {
        self.0.get_or_init(|| tracer.clone());
    }

    /// Begins a span below another.
    pub(crate) fn span(&self, name: &'static str, cx: &Context) -> Span {
        let tracer = self.0.get().expect("a call's span has begun");
        tracer.build_with_context(SpanBuilder::from_name(name), cx)
    }
}

/// Nothing here is left half done by a panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
