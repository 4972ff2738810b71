//! W3C trace context and baggage between a [`Context`] and the metadata of a call.
//!
//! The SDK brings propagators of its own. They accept malformed `traceparent` headers, read one of two, drop the
//! random flag, read the first `tracestate` line only, and send an empty `tracestate`; their baggage loses what
//! follows a second `=` and does not escape `%`. So these are written anew, against
//! [Trace Context Level 2](https://www.w3.org/TR/trace-context-2/) and [Baggage](https://www.w3.org/TR/baggage/).

mod baggage;
mod carrier;
mod traceparent;
mod tracestate;

pub use carrier::{HeaderExtractor, HeaderInjector};
pub use traceparent::{RANDOM, format_traceparent, parse_traceparent};
pub use tracestate::{format_tracestate, parse_tracestate};

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceId, TraceState};
use std::borrow::Cow;
use std::sync::LazyLock;

/// The name of the header with the ids.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The name of the header with what tracing systems add.
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
/// The name of the header with the application's own entries.
pub const BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// W3C trace context and baggage, as [OpenTelemetry requires
/// them](https://opentelemetry.io/docs/specs/otel/context/api-propagators/#w3c-trace-context-requirements).
///
/// The two functions on headers are what the layers use; as a [`TextMapPropagator`] it serves any other carrier.
#[derive(Clone, Copy, Debug, Default)]
pub struct W3cPropagator;

impl W3cPropagator {
    /// Reads trace context and baggage into a copy of `cx`. What cannot be parsed leaves `cx` as it was.
    #[must_use]
    pub fn extract(self, headers: &HeaderMap, cx: &Context) -> Context {
        let cx = match single(headers) {
            Some(traceparent) => {
                let state = headers.get_all(&TRACESTATE).into_iter();
                with_parent(cx, traceparent.as_bytes(), state.map(HeaderValue::as_bytes))
            }
            None => Cow::Borrowed(cx),
        };
        let lines = headers.get_all(&BAGGAGE).into_iter();
        baggage::extract(cx, lines.filter_map(|line| line.to_str().ok())).into_owned()
    }

    /// Writes trace context and baggage over whatever the headers had, so that metadata forwarded from an
    /// incoming call never yields a second `traceparent` or a `tracestate` that belongs to another span.
    ///
    /// Baggage that the application put there itself stays if the context has none.
    pub fn inject(self, cx: &Context, headers: &mut HeaderMap) {
        let span = cx.span();
        if span.span_context().is_valid() {
            headers.insert(TRACEPARENT, ascii(&format_traceparent(span.span_context())));
            match state_of(cx, span.span_context()) {
                Some(state) => drop(headers.insert(TRACESTATE, state)),
                None => drop(headers.remove(TRACESTATE)),
            }
        }
        if let Some(baggage) = baggage::format(cx)
            && let Ok(value) = HeaderValue::try_from(baggage)
        {
            headers.insert(BAGGAGE, value);
        }
    }
}

impl TextMapPropagator for W3cPropagator {
    fn inject_context(&self, cx: &Context, injector: &mut dyn Injector) {
        let span = cx.span();
        if span.span_context().is_valid() {
            let traceparent = format_traceparent(span.span_context());
            injector.set("traceparent", String::from_utf8_lossy(&traceparent).into());
            if let Some(state) = state_of(cx, span.span_context()) {
                injector.set("tracestate", String::from_utf8_lossy(state.as_bytes()).into());
            }
        }
        if let Some(baggage) = baggage::format(cx) {
            injector.set("baggage", baggage);
        }
    }

    fn extract_with_context(&self, cx: &Context, extractor: &dyn Extractor) -> Context {
        let lines = |key| extractor.get_all(key).unwrap_or_default();
        let cx = match lines("traceparent")[..] {
            [traceparent] => {
                let state = lines("tracestate");
                with_parent(cx, traceparent.as_bytes(), state.into_iter().map(str::as_bytes))
            }
            _ => Cow::Borrowed(cx),
        };
        baggage::extract(cx, lines("baggage").into_iter()).into_owned()
    }

    fn fields(&self) -> FieldIter<'_> {
        static FIELDS: LazyLock<[String; 3]> =
            LazyLock::new(|| ["traceparent", "tracestate", "baggage"].map(String::from));
        FieldIter::new(&*FIELDS)
    }
}

/// A `tracestate` that is valid and that [`TraceState`] refuses, as its grammar is that of Level 1. It travels in
/// the context instead, for as long as the trace goes on.
struct RefusedState {
    trace: TraceId,
    header: HeaderValue,
}

/// The one `traceparent`. Two of them contradict each other, so neither counts.
fn single(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut lines = headers.get_all(&TRACEPARENT).into_iter();
    lines.next().filter(|_| lines.next().is_none())
}

/// `cx` with the remote parent, or `cx` itself where there is none.
/// [A bad `tracestate` never spoils the `traceparent`](https://www.w3.org/TR/trace-context-2/#tracestate-header).
fn with_parent<'a>(cx: &'a Context, traceparent: &[u8], state: impl Iterator<Item = &'a [u8]>) -> Cow<'a, Context> {
    let Some((trace, span, flags)) = parse_traceparent(traceparent) else {
        return Cow::Borrowed(cx);
    };
    let members = parse_tracestate(state).unwrap_or_default();
    if members.is_empty() {
        let parent = SpanContext::new(trace, span, flags, true, TraceState::NONE);
        return Cow::Owned(cx.with_remote_span_context(parent));
    }
    let state = TraceState::from_key_value(members.iter().copied());
    let refused = state.is_err();
    let parent = SpanContext::new(trace, span, flags, true, state.unwrap_or_default());
    let cx = cx.with_remote_span_context(parent);
    if !refused {
        return Cow::Owned(cx);
    }
    let header = ascii(format_tracestate(&members).as_bytes());
    Cow::Owned(cx.with_value(RefusedState { trace, header }))
}

/// The `tracestate` to send, if it is not empty.
fn state_of(cx: &Context, span: &SpanContext) -> Option<HeaderValue> {
    let state = span.trace_state().header();
    if !state.is_empty() {
        return HeaderValue::try_from(state).ok();
    }
    let refused = cx.get::<RefusedState>()?;
    (refused.trace == span.trace_id()).then(|| refused.header.clone())
}

/// A header value from bytes that are printable by construction.
fn ascii(bytes: &[u8]) -> HeaderValue {
    HeaderValue::from_bytes(bytes).unwrap_or_else(|_| HeaderValue::from_static(""))
}
