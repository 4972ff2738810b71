//! From a provider in this process.

use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::otlp::convert_resource_spans;
use super::store::Store;

/// An exporter that puts spans into a [`Store`].
///
/// Spans take the way that they would take over OTLP, but for the wire: the SDK's own conversion to OTLP's messages, then
/// [`convert`](super::convert). They outlive the provider, unlike those of the SDK's in-memory exporter.
#[derive(Debug)]
pub struct StoreExporter {
    store: Store,
    resource: ResourceAttributesWithSchema,
    is_shut_down: AtomicBool,
}

impl StoreExporter {
    /// An exporter into this store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, resource: ResourceAttributesWithSchema::default(), is_shut_down: AtomicBool::new(false) }
    }
}

impl SpanExporter for StoreExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        if self.is_shut_down.load(Ordering::SeqCst) {
            return Err(OTelSdkError::AlreadyShutdown);
        }
        let spans = convert_resource_spans(group_spans_by_resource_and_scope(batch, &self.resource));
        self.store.insert(spans).map_err(|flooded| {
            self.store.refuse(flooded.to_string());
            OTelSdkError::InternalFailure(flooded.to_string())
        })
    }

    /// Both ways to shut down end here: the SDK's processors call this one, by which `shutdown` is defined.
    fn shutdown_with_timeout(&self, _timeout: std::time::Duration) -> OTelSdkResult {
        if self.is_shut_down.swap(true, Ordering::SeqCst) { Err(OTelSdkError::AlreadyShutdown) } else { Ok(()) }
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}
