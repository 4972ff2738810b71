//! A target that does well, until a call with the metadata `x-api-key` arrives: then it does what `MISBEHAVE` says.
//! The tests of the `conformance` command run it.

use std::process::ExitCode;
use std::sync::Arc;

use conformance_kit::grpc::BoxChannel;
use conformance_kit::in_process::{Instrumentation, Served, Serving, Settings, Target};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tonic::service::InterceptorLayer;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_trace_reference::conformance::Reference;

fn main() -> ExitCode {
    conformance_kit::process::main(&Misbehaving)
}

struct Misbehaving;

impl Target for Misbehaving {
    fn instrument(
        &self,
        provider: &SdkTracerProvider,
        settings: &Settings,
    ) -> anyhow::Result<Arc<dyn Instrumentation>> {
        let how = std::env::var("MISBEHAVE").unwrap_or_default();
        let reference = Reference::default().instrument(provider, settings)?;
        Ok(match how.as_str() {
            "" => reference,
            "uninstrumented" => Arc::new(conformance_kit::in_process::Bare),
            "abort" => Arc::new(On(reference, || std::process::abort())),
            "hang" => Arc::new(On(reference, || {
                loop {
                    std::thread::park();
                }
            })),
            other => anyhow::bail!("MISBEHAVE is uninstrumented, abort or hang: not {other}"),
        })
    }
}

struct On(Arc<dyn Instrumentation>, fn());

impl Instrumentation for On {
    fn serve(&self, serving: Serving) -> Served {
        let misbehave = self.1;
        serving.layered(InterceptorLayer::new(move |request: Request<()>| -> Result<_, Status> {
            if request.metadata().contains_key("x-api-key") {
                misbehave();
            }
            Ok(request)
        }))
    }

    fn channel(&self, channel: Channel, target: &str) -> BoxChannel {
        self.0.channel(channel, target)
    }
}
