//! The reference with one fault, as a target.

use std::sync::Arc;

use anyhow::bail;
use conformance_kit::grpc::{BoxChannel, boxed};
use conformance_kit::in_process::{Captures, Instrumentation, Served, Serving, Settings, Target};
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanProcessor};
use tonic::transport::Channel;
use tonic_trace_reference::conformance::Reference;
use tonic_trace_reference::{ClientLayer, ServerLayer};
use tower_layer::{Layer as _, Stack};

use crate::around::AroundLayer;
use crate::fault::{Variant, variant, variants};
use crate::parts::Parts;

/// The variable of the environment that chooses the fault of a process.
pub const VARIABLE: &str = "CONFORMANCE_FAULT";

/// The reference with one fault. What a fault remembers lives as long as this: make a new one for each run.
pub struct Faulty {
    parts: Arc<Parts>,
}

impl Faulty {
    /// With this fault.
    #[must_use]
    pub fn new(variant: &Variant) -> Self {
        Self { parts: Arc::new(variant.parts()) }
    }

    /// With the fault that the environment names.
    ///
    /// # Errors
    /// If it names none that there is.
    pub fn from_env() -> anyhow::Result<Self> {
        let id = std::env::var(VARIABLE).unwrap_or_default();
        match variant(&id) {
            Some(variant) => Ok(Self::new(&variant)),
            None => {
                bail!("{VARIABLE}: there is no fault {id:?}; there are {} others, such as {:?}", variants().len(), {
                    let alike = variants().into_iter().map(|variant| variant.id());
                    let mut alike: Vec<_> = alike.filter(|other| other.contains(&id)).take(3).collect();
                    alike.sort();
                    alike
                })
            }
        }
    }
}

impl Target for Faulty {
    fn instrument(
        &self,
        provider: &SdkTracerProvider,
        settings: &Settings,
    ) -> anyhow::Result<Arc<dyn Instrumentation>> {
        let parts = Arc::clone(&self.parts);
        let mut config = Reference { policy: parts.policy.clone() }.config(provider, settings);
        if let Some(change) = &parts.config {
            config = change(config);
        }
        Ok(Arc::new(Layers { server: ServerLayer::new(config.clone()), client: ClientLayer::new(config), parts }))
    }

    fn captures(&self) -> Captures {
        Captures::ALL
    }

    fn processor(&self, exporting: Box<dyn SpanProcessor>) -> Box<dyn SpanProcessor> {
        match &self.parts.processor {
            Some(between) => between(exporting),
            None => exporting,
        }
    }
}

struct Layers {
    server: ServerLayer,
    client: ClientLayer,
    parts: Arc<Parts>,
}

impl Instrumentation for Layers {
    fn serve(&self, serving: Serving) -> Served {
        let inside = AroundLayer(self.parts.inside_server.clone());
        let outside = AroundLayer(self.parts.outside_server.clone());
        serving.layered(Stack::new(Stack::new(inside, self.server.clone()), outside))
    }

    fn channel(&self, channel: Channel, target: &str) -> BoxChannel {
        let inside = AroundLayer(self.parts.inside_client.clone()).layer(channel);
        let traced = self.client.clone().with_target(target).layer(inside);
        boxed(AroundLayer(self.parts.outside_client.clone()).layer(traced))
    }
}
