//! The faulty instrumentation as a process: the environment says which fault it has.

use std::process::ExitCode;

use conformance_kit::in_process::{Instrumentation, Settings, Target};
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanProcessor};
use std::sync::{Arc, OnceLock};
use tonic_trace_faulty::Faulty;

fn main() -> ExitCode {
    conformance_kit::process::main(&Chosen::default())
}

/// Chosen when it is first asked for, so that a wrong choice ends the process as any other failure to start does.
#[derive(Default)]
struct Chosen(OnceLock<Option<Faulty>>);

impl Chosen {
    fn get(&self) -> Option<&Faulty> {
        self.0.get_or_init(|| Faulty::from_env().ok()).as_ref()
    }
}

impl Target for Chosen {
    fn instrument(
        &self,
        provider: &SdkTracerProvider,
        settings: &Settings,
    ) -> anyhow::Result<Arc<dyn Instrumentation>> {
        match self.get() {
            Some(faulty) => faulty.instrument(provider, settings),
            None => Err(Faulty::from_env().err().unwrap_or_else(|| anyhow::anyhow!("no fault was chosen"))),
        }
    }

    fn processor(&self, exporting: Box<dyn SpanProcessor>) -> Box<dyn SpanProcessor> {
        match self.get() {
            Some(faulty) => faulty.processor(exporting),
            None => exporting,
        }
    }
}
