//! [tonic-tracing-opentelemetry](https://docs.rs/tonic-tracing-opentelemetry) as a target of the conformance harness.
//!
//! Instrumented as its README shows: `server::OtelGrpcLayer` on the server, `client::OtelGrpcLayer` around the channel, over
//! `tracing` with the layer of tracing-opentelemetry, its target `otel::tracing` at TRACE, and the global propagator.

use std::process::ExitCode;
use std::sync::Arc;

use conformance_kit::grpc::{BoxChannel, boxed};
use conformance_kit::in_process::{Instrumentation, Served, Serving, Settings};
use opentelemetry::global;
use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tonic::transport::Channel;
use tonic_tracing_opentelemetry::middleware::{client, server};
use tower::Layer as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

fn main() -> ExitCode {
    conformance_kit::process::main(&|provider: &SdkTracerProvider, _: &Settings| {
        global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
            Box::new(TraceContextPropagator::new()),
            Box::new(BaggagePropagator::new()),
        ]));
        let tracer = provider.tracer("tonic-tracing-opentelemetry");
        tracing_subscriber::registry()
            // "otel::tracing should be a level trace to emit opentelemetry trace & spans"
            .with(EnvFilter::new("info,otel::tracing=trace"))
            .with(tracing_opentelemetry::layer().with_tracer(tracer))
            .try_init()?;
        Ok(Arc::new(TonicTracingOpentelemetry) as Arc<dyn Instrumentation>)
    })
}

struct TonicTracingOpentelemetry;

impl Instrumentation for TonicTracingOpentelemetry {
    fn serve(&self, serving: Serving) -> Served {
        serving.layered(server::OtelGrpcLayer::default())
    }

    fn channel(&self, channel: Channel, _: &str) -> BoxChannel {
        boxed(client::OtelGrpcLayer.layer(channel))
    }
}
