//! A target without any instrumentation: only the spans that scripts ask for.

use std::process::ExitCode;
use std::sync::Arc;

use conformance_kit::in_process::{Bare, Instrumentation, Settings};
use conformance_kit::process;
use opentelemetry_sdk::trace::SdkTracerProvider;

fn main() -> ExitCode {
    process::main(&|_: &SdkTracerProvider, _: &Settings| Ok(Arc::new(Bare) as Arc<dyn Instrumentation>))
}
