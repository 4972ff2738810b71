//! A target as a process of its own.
//!
//! ```no_run
//! use std::process::ExitCode;
//! use std::sync::Arc;
//! use conformance_kit::in_process::{Bare, Instrumentation, Settings};
//! use opentelemetry_sdk::trace::SdkTracerProvider;
//!
//! fn main() -> ExitCode {
//!     conformance_kit::process::main(&|provider: &SdkTracerProvider, settings: &Settings| {
//!         // Globals (a tracing subscriber, a propagator) are set here too, from the provider and the settings.
//!         Ok(Arc::new(Bare) as Arc<dyn Instrumentation>)
//!     })
//! }
//! ```

mod environment;
mod lines;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use conformance_proto::{PROTOCOL, Ready};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio_util::task::TaskTracker;

use crate::control::Control;
use crate::in_process::{Running, Target};
use crate::ledger::Ledger;
use environment::Environment;
use lines::{Output, input};

/// The whole of a target's `main`.
///
/// Reads the environment (`OTEL_TRACES_EXPORTER` = `otlp`, `console`, `none`; `OTEL_EXPORTER_OTLP_*` for gRPC;
/// `OTEL_SDK_DISABLED`; the rest is the SDK's), builds the provider, sets the target up, serves, prints the ready line,
/// and answers control on standard input until it ends; then finishes the calls under way, flushes, and shuts down.
/// With `CONFORMANCE_INSTRUMENTATION=off` the target is served bare.
///
/// Standard output is control's: whatever else prints there, such as the console exporter, comes out on standard error.
pub fn main(target: &dyn Target) -> ExitCode {
    match run(target) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(target: &dyn Target) -> anyhow::Result<()> {
    let output = Output::take_stdout().context("standard output could not be set aside")?;
    let environment = Environment::read(|name| std::env::var(name).ok())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(serve(target, &environment, &output));
    // What still runs was given its time.
    runtime.shutdown_timeout(Duration::from_secs(1));
    output.close();
    result
}

async fn serve(target: &dyn Target, environment: &Environment, output: &Output) -> anyhow::Result<()> {
    let ledger = Ledger::new();
    // The exporter's channel needs a runtime to be built in.
    let provider = environment.provider(target, ledger.clone())?;
    let running = Running::start(target, &provider, Some(ledger), &environment.settings, environment.instrumented)?;
    let ready = Ready { protocol: PROTOCOL, addresses: running.addresses().to_vec() };
    output.line(serde_json::to_string(&ready)?);
    let answers = control(running.control(), output).await;
    let stopped = running.shutdown().await;
    // No call is left that could bring about what an answer still waits for; a flush had the time of the last one.
    answers.close();
    let _ = tokio::time::timeout(LAST_ANSWERS, answers.wait()).await;
    shut_down(provider).await?;
    stopped.map_err(|error| anyhow::anyhow!("the last flush failed: {error}"))
}

/// How long answers may take once everything else is done.
const LAST_ANSWERS: Duration = Duration::from_millis(200);

/// Answers every line of standard input, each as soon as it can be; returns the answers that are still under way when
/// the input has ended.
async fn control(control: &Control, output: &Output) -> TaskTracker {
    let mut lines = input();
    let answers = TaskTracker::new();
    while let Some(line) = lines.recv().await {
        let (control, output) = (control.clone(), output.clone());
        answers.spawn(async move { output.line(control.answer_line(&line).await) });
    }
    answers
}

async fn shut_down(provider: SdkTracerProvider) -> anyhow::Result<()> {
    tokio::task::spawn_blocking(move || provider.shutdown()).await?.context("the provider could not be shut down")
}

#[expect(clippy::print_stderr, reason = "a target's log is its standard error")]
fn log(line: &str) {
    eprintln!("{line}");
}
