//! Contexts: those that scripts keep under a name, and what the journal says of one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use conformance_proto::v1;
use opentelemetry::Context;
use opentelemetry::baggage::{Baggage, BaggageExt, KeyValueMetadata};
use opentelemetry::trace::TraceContextExt;

/// The contexts that `save_context` kept, for the life of the process. Clones share.
#[derive(Debug, Clone, Default)]
pub struct Saved(Arc<Mutex<HashMap<String, Context>>>);

impl Saved {
    /// Keeps a context; the last one under a name stays.
    pub fn put(&self, name: &str, context: Context) {
        let replaced = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), context);
        // The last clone of a context ends its span, and processors may do anything: not under the lock.
        drop(replaced);
    }

    /// The context kept under this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Context> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

/// The current span of a context, as the journal writes it down; none if it is not valid.
#[must_use]
pub fn span_context(context: &Context) -> Option<v1::SpanContext> {
    if !context.has_active_span() {
        return None;
    }
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| v1::SpanContext {
        trace_id: span.trace_id().to_string(),
        span_id: span.span_id().to_string(),
        flags: u32::from(span.trace_flags().to_u8()),
        trace_state: span.trace_state().header(),
        remote: span.is_remote(),
    })
}

/// The baggage of a context, as the journal writes it down: sorted by key, because the API gives it in no order.
#[must_use]
pub fn baggage(context: &Context) -> Vec<v1::Metadata> {
    let mut entries: Vec<_> = context
        .baggage()
        .iter()
        .map(|(key, (value, _))| v1::Metadata { key: key.to_string(), value: value.to_string() })
        .collect();
    entries.sort_by(|left, right| left.key.cmp(&right.key));
    entries
}

/// A context with one more entry in its baggage.
#[must_use]
pub(crate) fn with_baggage_entry(context: &Context, entry: &v1::Baggage) -> Context {
    let mut baggage: Baggage = context
        .baggage()
        .iter()
        .map(|(key, (value, metadata))| KeyValueMetadata::new(key.clone(), value.clone(), metadata.clone()))
        .collect();
    let _ = baggage.insert(entry.key.clone(), entry.value.clone());
    context.with_baggage(baggage)
}
