//! Starting a target, as a process or inside this one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use conformance_kit::in_process;
use conformance_kit::ledger::Ledger;
use conformance_proto::{Command, Reply, Request};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::capture::{Receiver, Store, StoreExporter};
use crate::target::{self, Capabilities, Claim, Control, Environment, Failure, Limits, Manifest, Running, Variant};

/// The service name that targets are given.
pub const SERVICE_NAME: &str = "conformance";

/// How a target is started: a run starts it once, and again if it dies.
#[derive(Clone)]
pub enum Launch {
    /// As a process.
    Process {
        /// What it is.
        manifest: Arc<Manifest>,
        /// Which of its variants.
        variant: Variant,
        /// By which convention.
        claim: Claim,
    },
    /// Inside this process.
    InProcess {
        /// What it is.
        target: Arc<dyn in_process::Target>,
        /// What its users would set by the environment.
        settings: in_process::Settings,
        /// What it can do.
        capabilities: Capabilities,
    },
}

impl std::fmt::Debug for Launch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Process { manifest, variant, .. } => {
                f.debug_struct("Process").field("manifest", &manifest.name).field("variant", &variant.name).finish()
            }
            Self::InProcess { settings, .. } => f.debug_struct("InProcess").field("settings", settings).finish(),
        }
    }
}

/// A target that was started, with what keeps its spans coming.
pub(super) struct Launched {
    pub(super) running: Running,
    /// Held open as long as the target may export.
    pub(super) receiver: Option<Receiver>,
}

impl Launch {
    /// What the target can do.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        match self {
            Self::Process { manifest, .. } => &manifest.capabilities,
            Self::InProcess { capabilities, .. } => capabilities,
        }
    }

    /// Whether its instrumentation can be switched off.
    pub(super) fn can_be_off(&self) -> bool {
        match self {
            Self::Process { manifest, .. } => !manifest.off.is_empty(),
            Self::InProcess { .. } => true,
        }
    }

    /// How long things may take.
    #[must_use]
    pub fn limits(&self) -> Limits {
        match self {
            Self::Process { manifest, .. } => manifest.limits,
            Self::InProcess { .. } => Limits::default(),
        }
    }

    /// Starts the target; its spans go to the store.
    pub(super) async fn start(&self, store: &Store, instrumented: bool) -> Result<Launched, Failure> {
        match self {
            Self::Process { manifest, variant, claim } => {
                let socket = |error: std::io::Error| Failure::Spawn {
                    program: "the OTLP receiver".into(),
                    reason: error.to_string(),
                };
                let receiver = Receiver::start(store.clone()).await.map_err(socket)?;
                let environment = Environment {
                    otlp_endpoint: receiver.endpoint(),
                    service_name: SERVICE_NAME.into(),
                    instrumentation_off: !instrumented,
                };
                let running = target::start(manifest, variant, claim, &environment).await?;
                Ok(Launched { running, receiver: Some(receiver) })
            }
            Self::InProcess { target, settings, .. } => {
                let running = start_in_process(&**target, settings, store, instrumented, self.limits())?;
                Ok(Launched { running, receiver: None })
            }
        }
    }
}

fn start_in_process(
    target: &dyn in_process::Target,
    settings: &in_process::Settings,
    store: &Store,
    instrumented: bool,
    limits: Limits,
) -> Result<Running, Failure> {
    let ledger = Ledger::new();
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder_empty().with_service_name(SERVICE_NAME).build())
        .with_span_processor(ledger.clone())
        .with_span_processor(in_process::processor(target, StoreExporter::new(store.clone())))
        .build();
    let failed = |error: anyhow::Error| Failure::Spawn {
        program: "the target in this process".into(),
        reason: format!("{error:#}"),
    };
    let running =
        in_process::Running::start(target, &provider, Some(ledger), settings, instrumented).map_err(failed)?;
    let addresses = running.addresses().to_vec();
    let control = running.control().clone();
    let held = tokio::sync::Mutex::new(Some((running, provider)));
    Ok(Running::new(addresses, limits, Box::new(InProcess { control, held, limit: limits.stop })))
}

/// A target inside this process behind the same questions as a process.
struct InProcess {
    control: conformance_kit::control::Control,
    held: tokio::sync::Mutex<Option<(in_process::Running, SdkTracerProvider)>>,
    limit: Duration,
}

impl Control for InProcess {
    fn ask(&self, command: Command, limit: Duration) -> BoxFuture<'_, Result<Reply, Failure>> {
        async move {
            let asked = target::command_name(&command);
            let answer = self.control.answer(Request { id: 0, command });
            match tokio::time::timeout(limit, answer).await {
                Ok(Reply { error: Some(reason), .. }) => Err(Failure::Refused { asked, reason }),
                Ok(reply) => Ok(reply),
                Err(_) => Err(Failure::NoAnswer { asked, limit, tail: String::new() }),
            }
        }
        .boxed()
    }

    /// It cannot die without this process.
    fn lost(&self) -> BoxFuture<'_, Failure> {
        std::future::pending().boxed()
    }

    fn stop(&self) -> BoxFuture<'_, Result<(), Failure>> {
        async move {
            let Some((running, provider)) = self.held.lock().await.take() else { return Ok(()) };
            let refused = |reason: String| Failure::Refused { asked: "flush", reason };
            let stopped = tokio::time::timeout(self.limit, running.shutdown()).await;
            let shut = tokio::task::spawn_blocking(move || provider.shutdown()).await;
            match stopped {
                Ok(stopped) => stopped.map_err(refused)?,
                Err(_) => return Err(Failure::NeverStopped { limit: self.limit, tail: String::new() }),
            }
            match shut {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(refused(error.to_string())),
                Err(error) => Err(refused(error.to_string())),
            }
        }
        .boxed()
    }
}

/// What a claim's environment says to a target inside this process.
#[must_use]
pub fn settings(environment: &BTreeMap<String, String>) -> in_process::Settings {
    let words =
        |text: &String| text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
    let mut settings = in_process::Settings { environment: environment.clone(), ..in_process::Settings::default() };
    if let Some(opt_in) = environment.get("OTEL_SEMCONV_STABILITY_OPT_IN") {
        settings.semconv_opt_in = words(opt_in);
    }
    if let Some(propagators) = environment.get("OTEL_PROPAGATORS") {
        settings.propagators = words(propagators);
    }
    settings
}
