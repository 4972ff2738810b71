//! What surrounds the interpreter in a Rust target.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use conformance_proto::v1;
use opentelemetry::Context;
use opentelemetry::trace::{SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio_util::task::TaskTracker;

use super::client::Call;
use super::{BoxChannel, connect_lazy};
use crate::contexts::Saved;
use crate::ends::{Host, Unsupported};
use crate::in_process::Instrumentation;
use crate::journal::Book;
use crate::signals::Signals;

/// The name of the instrumentation scope of the spans that scripts ask for.
pub const SCOPE: &str = "conformance-kit";

/// What the service and the clients of one target share. Clones share.
#[derive(Clone)]
pub struct Kit(Arc<Inner>);

struct Inner {
    journal: Book,
    signals: Signals,
    saved: Saved,
    tracer: SdkTracer,
    instrumentation: Arc<dyn Instrumentation>,
    channels: Mutex<HashMap<String, BoxChannel>>,
    tasks: TaskTracker,
}

impl Kit {
    /// A kit whose scripts open their spans at this provider, and whose channels this instrumentation wraps.
    pub fn new(provider: &SdkTracerProvider, instrumentation: Arc<dyn Instrumentation>) -> Self {
        Self(Arc::new(Inner {
            journal: Book::new(),
            signals: Signals::default(),
            saved: Saved::default(),
            tracer: provider.tracer(SCOPE),
            instrumentation,
            channels: Mutex::default(),
            tasks: TaskTracker::new(),
        }))
    }

    pub(crate) fn instrumentation(&self) -> &dyn Instrumentation {
        &*self.0.instrumentation
    }

    /// What runs on after its call has ended: the rests of lists.
    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// Forgets all channels, which closes their connections once no call uses them.
    pub(crate) fn forget_channels(&self) {
        self.0.channels.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The channel to an address: made once, and kept.
    fn channel(&self, to: &str) -> Result<BoxChannel, String> {
        let mut channels = self.0.channels.lock().unwrap_or_else(PoisonError::into_inner);
        match channels.entry(to.to_owned()) {
            Entry::Occupied(entry) => Ok(entry.get().clone()),
            Entry::Vacant(entry) => {
                let channel = self.0.instrumentation.channel(connect_lazy(to)?, to);
                Ok(entry.insert(channel).clone())
            }
        }
    }
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit").finish_non_exhaustive()
    }
}

impl Host for Kit {
    type Client = Call;

    async fn dial(
        &self,
        call: &v1::Call,
        metadata: &[v1::Metadata],
        first: u32,
        context: &Context,
    ) -> Result<Call, Unsupported> {
        let channel = self.channel(&call.to).map_err(Unsupported)?;
        Call::begin(channel, call, metadata, first, context).await
    }

    fn start_span(&self, name: &str, parent: &Context) -> Context {
        let tracer = &self.0.tracer;
        let builder = tracer.span_builder(name.to_owned()).with_kind(SpanKind::Internal);
        parent.with_span(builder.start_with_context(tracer, parent))
    }

    fn signals(&self) -> &Signals {
        &self.0.signals
    }

    fn journal(&self) -> &Book {
        &self.0.journal
    }

    fn saved(&self) -> &Saved {
        &self.0.saved
    }
}
