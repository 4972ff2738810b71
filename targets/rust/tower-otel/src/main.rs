//! [tower-otel](https://docs.rs/tower-otel) as a target of the conformance harness.
//!
//! Instrumented as its documentation shows: `GrpcLayer::server` on the server, `GrpcLayer::client` around the channel, both
//! at level INFO, over `tracing` with the layer of tracing-opentelemetry and the global propagator.

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
use tower::Layer as _;
use tower_otel::trace::GrpcLayer;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

fn main() -> ExitCode {
    conformance_kit::process::main(&|provider: &SdkTracerProvider, _: &Settings| {
        global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
            Box::new(TraceContextPropagator::new()),
            Box::new(BaggagePropagator::new()),
        ]));
        let tracer = provider.tracer("tower-otel");
        tracing_subscriber::registry()
            // As every application does: without a filter the spans of h2 and hyper are exported too.
            .with(EnvFilter::new("info"))
            .with(tracing_opentelemetry::layer().with_tracer(tracer))
            .try_init()?;
        Ok(Arc::new(TowerOtel) as Arc<dyn Instrumentation>)
    })
}

struct TowerOtel;

impl Instrumentation for TowerOtel {
    fn serve(&self, serving: Serving) -> Served {
        serving.layered(GrpcLayer::server(Level::INFO))
    }

    fn channel(&self, channel: Channel, _: &str) -> BoxChannel {
        boxed(GrpcLayer::client(Level::INFO).layer(channel))
    }
}
