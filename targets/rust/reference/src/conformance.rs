//! This instrumentation as a target of the conformance harness, in process or as a process.

use std::sync::Arc;

use conformance_kit::grpc::{BoxChannel, boxed};
use conformance_kit::in_process::{Captures, Instrumentation, Served, Serving, Settings, Target};
use conformance_proto::{CAPTURED_KEYS, SERVICE};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tonic::transport::Channel;
use tower_layer::Layer as _;

use crate::{ClientLayer, Config, Convention, Policy, ServerLayer};

/// The word of `OTEL_SEMCONV_STABILITY_OPT_IN` for the conventions that no release has yet. It is this target's own:
/// once released they will be what `rpc` means.
pub const NEXT: &str = "rpc/next";

/// The instrumentation, with a policy in the place of the standard one if there is one.
#[derive(Clone, Default)]
pub struct Reference {
    /// What decides in the place of the standard policy.
    pub policy: Option<Arc<dyn Policy>>,
}

impl Reference {
    /// The configuration that these settings ask for.
    #[must_use]
    pub fn config(&self, provider: &SdkTracerProvider, settings: &Settings) -> Config {
        let convention = if settings.semconv_opt_in.iter().any(|word| word == NEXT) {
            Convention::RpcNext
        } else {
            Convention::from_env_value(Some(&settings.semconv_opt_in.join(",")))
        };
        let methods = ["Unary", "ServerStream", "ClientStream", "Bidi", "Unimplemented"];
        let mut config = Config::new(provider)
            .convention(convention)
            .recognise(methods.map(|method| format!("{SERVICE}/{method}")))
            .capture_request_metadata(CAPTURED_KEYS)
            .capture_response_metadata(CAPTURED_KEYS);
        if let Some(policy) = &self.policy {
            config = config.policy(Arc::clone(policy));
        }
        config
    }
}

impl Target for Reference {
    fn instrument(
        &self,
        provider: &SdkTracerProvider,
        settings: &Settings,
    ) -> anyhow::Result<Arc<dyn Instrumentation>> {
        let config = self.config(provider, settings);
        Ok(Arc::new(Layers { server: ServerLayer::new(config.clone()), client: ClientLayer::new(config) }))
    }

    fn captures(&self) -> Captures {
        Captures::ALL
    }
}

struct Layers {
    server: ServerLayer,
    client: ClientLayer,
}

impl Instrumentation for Layers {
    fn serve(&self, serving: Serving) -> Served {
        serving.layered(self.server.clone())
    }

    fn channel(&self, channel: Channel, target: &str) -> BoxChannel {
        boxed(self.client.clone().with_target(target).layer(channel))
    }
}
