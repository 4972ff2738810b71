//! A target inside the process of whoever tests it.
//!
//! An instrumentation under test implements [`Target`], whose product wraps a server and a client as its users would
//! write it, with all types: [`Serving::layered`] and [`boxed`] hide them afterwards.
//!
//! ```no_run
//! # use conformance_kit::{grpc, in_process::{Instrumentation, Serving, Served}};
//! # use tonic::transport::Channel;
//! # #[derive(Clone)] struct MyLayer;
//! # impl<S> tower_layer::Layer<S> for MyLayer { type Service = S; fn layer(&self, inner: S) -> S { inner } }
//! struct Mine(MyLayer);
//!
//! impl Instrumentation for Mine {
//!     fn serve(&self, serving: Serving) -> Served {
//!         serving.layered(self.0.clone())
//!     }
//!
//!     fn channel(&self, channel: Channel, _target: &str) -> grpc::BoxChannel {
//!         grpc::boxed(tower_layer::Layer::layer(&self.0, channel))
//!     }
//! }
//! ```

mod listen;
mod processing;

pub use listen::{Served, Serving};
pub use processing::processor;

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::trace::{SdkTracerProvider, SpanProcessor};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use crate::control::Control;
use crate::grpc::{BoxChannel, Kit, Service, boxed};
use crate::ledger::Ledger;
use listen::{Listener, SocketFile};

/// How an instrumentation wraps a server and a client. What is not overridden is left bare.
pub trait Instrumentation: Send + Sync + 'static {
    /// Serves one listener; called once for each.
    fn serve(&self, serving: Serving) -> Served {
        serving.bare()
    }

    /// Wraps a channel; called once for each `target`, which is the address as the script has it.
    fn channel(&self, channel: Channel, target: &str) -> BoxChannel {
        let _ = target;
        boxed(channel)
    }
}

/// No instrumentation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bare;

impl Instrumentation for Bare {}

/// What a user of the instrumentation sets by the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `OTEL_SEMCONV_STABILITY_OPT_IN`: its comma-separated words.
    pub semconv_opt_in: Vec<String>,
    /// `OTEL_PROPAGATORS`: its comma-separated words.
    pub propagators: Vec<String>,
    /// More variables of the environment that this instrumentation reads.
    pub environment: BTreeMap<String, String>,
}

impl Default for Settings {
    /// The defaults of the specification.
    fn default() -> Self {
        Self {
            semconv_opt_in: Vec::new(),
            propagators: vec!["tracecontext".to_owned(), "baggage".to_owned()],
            environment: BTreeMap::new(),
        }
    }
}

/// Whose metadata an instrumentation is told to record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Captures {
    /// What callers send.
    pub request: bool,
    /// The headers that they are answered with.
    pub response: bool,
}

impl Captures {
    /// Of requests and of responses.
    pub const ALL: Self = Self { request: true, response: true };
}

/// An instrumentation as a target: how to set it up for a provider. Closures of the same form are targets too.
pub trait Target: Send + Sync {
    /// Sets the instrumentation up. In process this must touch no global: what it needs is given.
    ///
    /// # Errors
    /// Whatever keeps it from working.
    fn instrument(&self, provider: &SdkTracerProvider, settings: &Settings)
    -> anyhow::Result<Arc<dyn Instrumentation>>;

    /// Whose metadata the instrumentation is told to record, under the contract's
    /// [`CAPTURED_KEYS`](conformance_proto::CAPTURED_KEYS). Nobody's, unless overridden.
    fn captures(&self) -> Captures {
        Captures::default()
    }

    /// The processor between the SDK and this one, which exports: as a user would put a filter or a redaction in front of
    /// an exporter. Nothing, unless overridden.
    fn processor(&self, exporting: Box<dyn SpanProcessor>) -> Box<dyn SpanProcessor> {
        exporting
    }
}

impl<F> Target for F
where
    F: Fn(&SdkTracerProvider, &Settings) -> anyhow::Result<Arc<dyn Instrumentation>> + Send + Sync,
{
    fn instrument(
        &self,
        provider: &SdkTracerProvider,
        settings: &Settings,
    ) -> anyhow::Result<Arc<dyn Instrumentation>> {
        self(provider, settings)
    }
}

/// A target that runs. Dropping it stops it at once; [`shutdown`](Self::shutdown) lets it finish.
#[derive(Debug)]
pub struct Running {
    addresses: Vec<String>,
    kit: Kit,
    control: Control,
    stop: CancellationToken,
    servers: JoinSet<()>,
    _socket: Option<SocketFile>,
}

/// How long calls under way may go on once a target is told to stop.
pub const GRACE: Duration = Duration::from_secs(5);

impl Running {
    /// Starts a target on 127.0.0.1, on `[::1]` if the machine has it, and on a unix socket.
    ///
    /// `ledger` must be among the provider's processors if it is given. With `instrumented` false the target serves
    /// bare, and only its manual spans reach the provider. Runs on the current Tokio runtime, which must be multi-threaded if
    /// the provider's exporter is served by the same runtime.
    ///
    /// # Errors
    /// If the instrumentation cannot be set up, or 127.0.0.1 cannot be listened on.
    pub fn start(
        target: &dyn Target,
        provider: &SdkTracerProvider,
        ledger: Option<Ledger>,
        settings: &Settings,
        instrumented: bool,
    ) -> anyhow::Result<Self> {
        let instrumentation = if instrumented { target.instrument(provider, settings)? } else { Arc::new(Bare) };
        Ok(Self::start_with(instrumentation, provider, ledger)?)
    }

    /// Starts a target whose instrumentation is set up already; see [`start`](Self::start).
    ///
    /// # Errors
    /// If 127.0.0.1 cannot be listened on.
    pub fn start_with(
        instrumentation: Arc<dyn Instrumentation>,
        provider: &SdkTracerProvider,
        ledger: Option<Ledger>,
    ) -> io::Result<Self> {
        let kit = Kit::new(provider, instrumentation);
        let (listeners, socket) = Listener::all()?;
        let stop = CancellationToken::new();
        let mut servers = JoinSet::new();
        let mut addresses = Vec::new();
        for listener in listeners {
            addresses.push(listener.address().to_owned());
            let served = kit.instrumentation().serve(Serving::new(listener, Service::new(kit.clone()), stop.clone()));
            servers.spawn(async move {
                // A server whose listener fails is found by whoever calls it.
                let _ = served.await;
            });
        }
        let control = Control::new(&kit, provider.clone(), ledger);
        Ok(Self { addresses, kit, control, stop, servers, _socket: socket })
    }

    /// Where it listens, IPv4 first.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// The verbs of control.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// What its scripts share; a test may make calls by it too.
    #[must_use]
    pub fn kit(&self) -> &Kit {
        &self.kit
    }

    /// Lets the calls under way finish, for at most [`GRACE`], then exports what has ended. The provider stays up: it is
    /// the caller's.
    ///
    /// # Errors
    /// A sentence, if the last flush failed.
    pub async fn shutdown(mut self) -> Result<(), String> {
        self.stop.cancel();
        // Calls that this process makes to itself keep a connection open that the server waits for.
        let kit = self.kit.clone();
        let servers = &mut self.servers;
        within_grace(async move {
            while servers.join_next().await.is_some() {}
            kit.tasks().close();
            kit.tasks().wait().await;
        })
        .await;
        self.kit.forget_channels();
        self.control.flush().await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn within_grace(work: impl Future<Output = ()>) {
    // What is not finished by then is cut off: one hanging call must not keep a process up.
    let _ = tokio::time::timeout(GRACE, work).await;
}
