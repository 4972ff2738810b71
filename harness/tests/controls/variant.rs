//! The reference with something more, in the ways that its users have: a policy, a configuration, middleware, a processor.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use conformance_kit::grpc::{BoxChannel, boxed};
use conformance_kit::in_process::{Instrumentation, Served, Serving, Settings, Target};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Context, InstrumentationScope};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, Span, SpanData, SpanProcessor};
use tonic::transport::Channel;
use tonic_trace_reference::conformance::Reference;
use tonic_trace_reference::{ClientLayer, Policy, ServerLayer};
use tower::Layer as _;
use tower::layer::util::Stack;

use crate::middleware::{Begin, Middleware};
use crate::support::lock;

/// What differs from the reference. Nothing, by default.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) policy: Option<Arc<dyn Policy>>,
    /// Around the server's instrumentation, as a layer that was added before it.
    pub(crate) outside_server: Option<Begin>,
    /// Between the server's instrumentation and the handler.
    pub(crate) inside_server: Option<Begin>,
    /// Between the caller and the client's instrumentation.
    pub(crate) outside_client: Option<Begin>,
    /// Between the client's instrumentation and the transport.
    pub(crate) inside_client: Option<Begin>,
    /// What is made of each span that has ended.
    pub(crate) ended: Option<fn(SpanData) -> SpanData>,
    /// What is made of the resource.
    pub(crate) resource: Option<fn(&Resource) -> Resource>,
    /// Whether spans are held back until they are asked for, and the last comes first then.
    pub(crate) held: bool,
}

impl Parts {
    /// Other decisions.
    pub(crate) fn policy(policy: impl Policy) -> Self {
        Self { policy: Some(Arc::new(policy)), ..Self::default() }
    }
}

/// The reference with these parts, as a target.
pub(crate) struct Variant(Arc<Parts>);

impl Variant {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Target for Variant {
    fn instrument(
        &self,
        provider: &SdkTracerProvider,
        settings: &Settings,
    ) -> anyhow::Result<Arc<dyn Instrumentation>> {
        let config = Reference { policy: self.0.policy.clone() }.config(provider, settings);
        let tracer = provider.tracer_with_scope(InstrumentationScope::builder("middleware").build());
        let layer = |begin: &Option<Begin>| Middleware::new(&tracer, begin.clone());
        let (server, client) = (ServerLayer::new(config.clone()), ClientLayer::new(config));
        Ok(Arc::new(Layers {
            server: Stack::new(Stack::new(layer(&self.0.inside_server), server), layer(&self.0.outside_server)),
            inside_client: layer(&self.0.inside_client),
            client,
            outside_client: layer(&self.0.outside_client),
        }))
    }

    fn processor(&self, exporting: Box<dyn SpanProcessor>) -> Box<dyn SpanProcessor> {
        let Parts { ended, resource, held, .. } = *self.0;
        Box::new(Processor { exporting, ended, resource, held: held.then(Mutex::default) })
    }
}

struct Layers {
    server: Stack<Stack<Middleware, ServerLayer>, Middleware>,
    inside_client: Middleware,
    client: ClientLayer,
    outside_client: Middleware,
}

impl Instrumentation for Layers {
    fn serve(&self, serving: Serving) -> Served {
        serving.layered(self.server.clone())
    }

    fn channel(&self, channel: Channel, target: &str) -> BoxChannel {
        let instrumented = self.client.clone().with_target(target).layer(self.inside_client.layer(channel));
        boxed(self.outside_client.layer(instrumented))
    }
}

/// A processor in front of the one that exports, as one that redacts or enriches.
struct Processor {
    exporting: Box<dyn SpanProcessor>,
    ended: Option<fn(SpanData) -> SpanData>,
    resource: Option<fn(&Resource) -> Resource>,
    held: Option<Mutex<Vec<SpanData>>>,
}

impl Processor {
    /// Exports what was held back. Nobody else's flush may end before that, and a queue that is full drops what comes.
    fn let_go(&self) -> OTelSdkResult {
        let Some(held) = &self.held else { return Ok(()) };
        let mut held = lock(held);
        held.reverse();
        while !held.is_empty() {
            let next = held.len().min(512);
            held.drain(..next).for_each(|span| self.exporting.on_end(span));
            self.exporting.force_flush()?;
        }
        Ok(())
    }
}

impl fmt::Debug for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Processor").field("exporting", &self.exporting).finish_non_exhaustive()
    }
}

impl SpanProcessor for Processor {
    fn on_start(&self, span: &mut Span, cx: &Context) {
        self.exporting.on_start(span, cx);
    }

    fn on_end(&self, span: SpanData) {
        let span = match self.ended {
            Some(change) => change(span),
            None => span,
        };
        match &self.held {
            Some(held) => lock(held).push(span),
            None => self.exporting.on_end(span),
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.let_go()?;
        self.exporting.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.let_go()?;
        self.exporting.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        match self.resource {
            Some(change) => self.exporting.set_resource(&change(resource)),
            None => self.exporting.set_resource(resource),
        }
    }
}
