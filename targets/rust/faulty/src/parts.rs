//! How a fault gets into the reference.

use std::sync::Arc;

use opentelemetry_sdk::trace::{BatchSpanProcessor, SpanData, SpanProcessor};
use tonic_trace_reference::{Config, Policy};

use crate::around::Around;
use crate::ended::{Between, rewriting};
use crate::fault::{At, Side};
use crate::native::{Native, Speaks};
use crate::wire::{Change, WireExporter};

/// What a fault puts where. The rest is as the reference has it.
#[derive(Default)]
pub struct Parts {
    pub(crate) policy: Option<Arc<dyn Policy>>,
    pub(crate) config: Option<Box<dyn Fn(Config) -> Config + Send + Sync>>,
    pub(crate) outside_server: Option<Arc<dyn Around>>,
    pub(crate) inside_server: Option<Arc<dyn Around>>,
    pub(crate) outside_client: Option<Arc<dyn Around>>,
    pub(crate) inside_client: Option<Arc<dyn Around>>,
    pub(crate) processor: Option<Between>,
}

impl Parts {
    /// Other decisions.
    pub fn policy(policy: impl Policy) -> Self {
        Self { policy: Some(Arc::new(policy)), ..Self::default() }
    }

    /// gRPC's own tracing instead of the semantic conventions, bent at the ends that the fault is at.
    pub fn native(at: At, native: impl Native) -> Self {
        Self::policy(Speaks::bent(at, native))
    }

    /// Another configuration.
    pub fn config(change: impl Fn(Config) -> Config + Send + Sync + 'static) -> Self {
        Self { config: Some(Box::new(change)), ..Self::default() }
    }

    /// A layer around the instrumentation's, at the ends that the fault is at.
    pub fn outside(at: At, around: impl Around) -> Self {
        Self::default().and_outside(at, around)
    }

    /// A layer between the instrumentation's and the handler or the transport.
    pub fn inside(at: At, around: impl Around) -> Self {
        Self::default().and_inside(at, around)
    }

    /// Makes of each span that has ended what is exported.
    pub fn ended(change: impl Fn(SpanData) -> Vec<SpanData> + Send + Sync + 'static) -> Self {
        let change = Arc::new(change);
        Self::processor(move |exporting| rewriting(exporting, Arc::clone(&change)))
    }

    /// Another processor in front of the one that exports.
    pub fn processor(
        between: impl Fn(Box<dyn SpanProcessor>) -> Box<dyn SpanProcessor> + Send + Sync + 'static,
    ) -> Self {
        Self { processor: Some(Box::new(between)), ..Self::default() }
    }

    /// Changes what is sent to the backend. For a process only: there is no wire inside of one.
    pub(crate) fn wire(change: Change) -> Self {
        Self::processor(move |exporting| match WireExporter::new(change) {
            Ok(exporter) => Box::new(BatchSpanProcessor::builder(exporter).build()),
            // The harness misses the fault, which says more than a target that does not start.
            Err(_) => exporting,
        })
    }

    /// As [`outside`](Self::outside), beside what there is.
    #[must_use]
    pub fn and_outside(mut self, at: At, around: impl Around) -> Self {
        let around: Arc<dyn Around> = Arc::new(around);
        self.outside_client = (at.side != Side::Server).then(|| Arc::clone(&around));
        self.outside_server = (at.side != Side::Client).then_some(around);
        self
    }

    /// As [`inside`](Self::inside), beside what there is.
    #[must_use]
    pub fn and_inside(mut self, at: At, around: impl Around) -> Self {
        let around: Arc<dyn Around> = Arc::new(around);
        self.inside_client = (at.side != Side::Server).then(|| Arc::clone(&around));
        self.inside_server = (at.side != Side::Client).then_some(around);
        self
    }

    /// As [`policy`](Self::policy), beside what there is.
    #[must_use]
    pub fn and_policy(mut self, policy: impl Policy) -> Self {
        self.policy = Some(Arc::new(policy));
        self
    }

    /// A layer around the server's instrumentation, beside what there is.
    #[must_use]
    pub fn and_around_servers(mut self, around: impl Around) -> Self {
        self.outside_server = Some(Arc::new(around));
        self
    }
}
