//! An exporter of a fault's own: what an SDK's types do not allow can only be sent past them.

use anyhow::Context as _;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tonic::transport::{Channel, Endpoint};

/// The endpoint that the process is told.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// Changes what goes over the wire.
pub(crate) type Change = fn(&mut Vec<ResourceSpans>);

#[derive(Debug)]
pub(crate) struct WireExporter {
    client: TraceServiceClient<Channel>,
    resource: ResourceAttributesWithSchema,
    change: Change,
}

impl WireExporter {
    /// To where the environment says. Must be called on a Tokio runtime.
    pub(crate) fn new(change: Change) -> anyhow::Result<Self> {
        let endpoint = std::env::var(ENDPOINT).with_context(|| format!("{ENDPOINT} is not set"))?;
        let channel = Endpoint::from_shared(endpoint)?.connect_lazy();
        let client = TraceServiceClient::new(channel);
        Ok(Self { client, resource: ResourceAttributesWithSchema::default(), change })
    }
}

impl SpanExporter for WireExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let mut resource_spans = group_spans_by_resource_and_scope(batch, &self.resource);
        (self.change)(&mut resource_spans);
        let sent = self.client.clone().export(ExportTraceServiceRequest { resource_spans }).await;
        sent.map(drop).map_err(|status| OTelSdkError::InternalFailure(status.to_string()))
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}

/// The instrumentation's spans, as they are on the wire.
pub(crate) fn rpc_spans(resource_spans: &mut [ResourceSpans]) -> impl Iterator<Item = &mut Span> {
    let scopes = resource_spans.iter_mut().flat_map(|resource| &mut resource.scope_spans);
    scopes.flat_map(|scope| &mut scope.spans).filter(|span| span.kind > 1)
}
