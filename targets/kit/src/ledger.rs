//! Which spans a provider has started and ended.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conformance_proto::OpenSpan;
use opentelemetry::trace::{Span as _, SpanId, TraceId};
use opentelemetry::{Context, trace::SpanContext};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

/// Counts the sampled spans of one provider, and knows those that are open. Clones share.
///
/// It is a span processor: give a clone to the provider, before the processor that exports, so that a span that was
/// exported has been counted.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    started: u64,
    ended: u64,
    open: HashMap<(TraceId, SpanId), String, BuildHasherDefault<IdHasher>>,
}

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What it counted so far; the open spans are sorted by their ids.
    #[must_use]
    pub fn read(&self) -> conformance_proto::Ledger {
        let counts = self.lock();
        let (started, ended) = (counts.started, counts.ended);
        let mut open: Vec<_> = counts
            .open
            .iter()
            .map(|((trace_id, span_id), name)| OpenSpan {
                trace_id: trace_id.to_string(),
                span_id: span_id.to_string(),
                name: name.clone(),
            })
            .collect();
        drop(counts);
        open.sort();
        conformance_proto::Ledger { started, ended, open }
    }

    /// Every statement under this lock leaves the counts whole.
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpanProcessor for Ledger {
    fn on_start(&self, span: &mut Span, _: &Context) {
        let context = span.span_context();
        if !context.is_sampled() {
            return;
        }
        let id = id(context);
        // The SDK gives a span's name only with a copy of all of it; at the start there is little to copy.
        let name = span.exported_data().map(|data| data.name.into_owned()).unwrap_or_default();
        let mut counts = self.lock();
        counts.started += 1;
        counts.open.insert(id, name);
    }

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        let mut counts = self.lock();
        counts.ended += 1;
        counts.open.remove(&id(&span.span_context));
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

fn id(context: &SpanContext) -> (TraceId, SpanId) {
    (context.trace_id(), context.span_id())
}

/// Span ids are random already.
#[derive(Debug, Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = self.0.rotate_left(5) ^ u64::from_ne_bytes(word);
        }
    }
}
