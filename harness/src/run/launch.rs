//! Starting a target, as a process or inside this one.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use conformance_kit::in_process;
use conformance_kit::ledger::Ledger;
use conformance_proto::{Command, Reply, Request};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::by_name;
use crate::capture::{Receiver, Store, StoreExporter};
use crate::driver::Nobody;
use crate::target::{self, Capabilities, Claim, Control, Environment, Failure, Limits, Manifest, Running, Variant};

/// How long a target that cannot flush has to be silent: longer than the delay of its batches, which the harness gives it, several
/// times over, for the machine may be busy.
const QUIET: Duration = Duration::from_secs(1);

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
    /// Not at all: it runs already.
    Attached {
        /// What it can do, but for control, which it cannot have.
        capabilities: Capabilities,
        /// How long things may take.
        limits: Limits,
        /// Where.
        to: Attached,
    },
    /// Inside this process.
    InProcess {
        /// What it is.
        target: Arc<dyn in_process::Target>,
        /// What its users would set by the environment.
        settings: in_process::Settings,
        /// What it can do.
        capabilities: Capabilities,
        /// How long things may take.
        limits: Limits,
    },
}

/// A target that runs already, as far as the harness has to know.
#[derive(Debug, Clone)]
pub struct Attached {
    /// Where it listens, as a user of gRPC would write it.
    pub address: String,
    /// The port to which it sends its spans, whatever form of OTLP it sends.
    pub otlp: Arc<TcpListener>,
    /// How long nothing may arrive before it is taken to hold no ended span back: longer than the delay of its batches.
    pub quiet: Duration,
}

impl Attached {
    /// The quiet window for a program whose batches have the delay that the specification gives them: 5 s.
    pub const QUIET: Duration = Duration::from_secs(6);

    /// What a target can do that has no control.
    #[must_use]
    pub fn capabilities(can: &Capabilities) -> Capabilities {
        Capabilities { control: false, flush: false, ledger: false, ..can.clone() }
    }
}

impl std::fmt::Debug for Launch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Process { manifest, variant, .. } => {
                f.debug_struct("Process").field("manifest", &manifest.name).field("variant", &variant.name).finish()
            }
            Self::Attached { to, .. } => f.debug_tuple("Attached").field(to).finish(),
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
            Self::Attached { capabilities, .. } | Self::InProcess { capabilities, .. } => capabilities,
        }
    }

    /// Whether its instrumentation can be switched off.
    pub(super) fn can_be_off(&self) -> bool {
        match self {
            Self::Process { manifest, .. } => !manifest.off.is_empty(),
            Self::InProcess { .. } => true,
            Self::Attached { .. } => false,
        }
    }

    /// How long things may take.
    #[must_use]
    pub fn limits(&self) -> Limits {
        match self {
            Self::Process { manifest, .. } => manifest.limits,
            Self::Attached { limits, .. } | Self::InProcess { limits, .. } => *limits,
        }
    }

    /// How long a target that cannot flush has to be silent.
    pub(super) fn quiet(&self) -> Duration {
        match self {
            Self::Attached { to, .. } => to.quiet,
            Self::Process { .. } | Self::InProcess { .. } => QUIET,
        }
    }

    /// Whether it runs before and after, and may have more to tell than what the harness brought about.
    pub(super) fn is_attached(&self) -> bool {
        matches!(self, Self::Attached { .. })
    }

    /// Starts the target; its spans go to the store. With it comes what has to be held so that its name leads to nobody else.
    pub(super) async fn start(&self, store: &Store, instrumented: bool) -> Result<(Launched, Option<Nobody>), Failure> {
        let hold = |launched: &Launched| match by_name::hold(launched.running.addresses()) {
            // It is not ours to start again.
            Err(_) if self.is_attached() => Ok(None),
            held => held,
        };
        let discard = |launched: Launched| async move { launched.running.stop().await };
        by_name::alone(|| self.start_once(store, instrumented), hold, discard).await
    }

    async fn start_once(&self, store: &Store, instrumented: bool) -> Result<Launched, Failure> {
        let no_receiver = |error: std::io::Error| Failure::NoReceiver { reason: error.to_string() };
        match self {
            Self::Process { manifest, variant, claim } => {
                let receiver = Receiver::start(store.clone()).await.map_err(no_receiver)?;
                let environment = Environment {
                    otlp_endpoint: receiver.endpoint(),
                    service_name: SERVICE_NAME.into(),
                    instrumentation_off: !instrumented,
                };
                let running = target::start(manifest, variant, claim, &environment).await?;
                Ok(Launched { running, receiver: Some(receiver) })
            }
            Self::Attached { limits, to, .. } => {
                let listener = to.otlp.try_clone().map_err(no_receiver)?;
                let receiver = Receiver::start_on(listener, store.clone()).map_err(no_receiver)?;
                let running = Running::new(vec![to.address.clone()], *limits, Box::new(Uncontrolled));
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

/// A target that was running before and goes on afterwards: there is nothing that it could be asked.
struct Uncontrolled;

impl Control for Uncontrolled {
    fn ask(&self, command: Command, _limit: Duration) -> BoxFuture<'_, Result<Reply, Failure>> {
        let asked = target::command_name(&command);
        std::future::ready(Err(Failure::Refused { asked, reason: "an attached target has no control".into() })).boxed()
    }

    /// Nobody tells. Calls to it fail.
    fn lost(&self) -> BoxFuture<'_, Failure> {
        std::future::pending().boxed()
    }

    fn stop(&self) -> BoxFuture<'_, Result<(), Failure>> {
        std::future::ready(Ok(())).boxed()
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
