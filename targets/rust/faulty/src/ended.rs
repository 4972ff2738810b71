//! What becomes of spans between their end and their export.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

/// Puts a processor in front of the one that exports; anew each time that the target is started, which may be more than once.
pub(crate) type Between = Box<dyn Fn(Box<dyn SpanProcessor>) -> Box<dyn SpanProcessor> + Send + Sync>;

/// Exports what `change` makes of each span.
pub(crate) fn rewriting(
    exporting: Box<dyn SpanProcessor>,
    change: Arc<impl Fn(SpanData) -> Vec<SpanData> + Send + Sync + 'static>,
) -> Box<dyn SpanProcessor> {
    Box::new(Rewriting { exporting, change })
}

struct Rewriting<F> {
    exporting: Box<dyn SpanProcessor>,
    change: Arc<F>,
}

impl<F> fmt::Debug for Rewriting<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewriting").field("exporting", &self.exporting).finish_non_exhaustive()
    }
}

impl<F: Fn(SpanData) -> Vec<SpanData> + Send + Sync> SpanProcessor for Rewriting<F> {
    fn on_start(&self, span: &mut Span, cx: &Context) {
        self.exporting.on_start(span, cx);
    }

    fn on_end(&self, span: SpanData) {
        (self.change)(span).into_iter().for_each(|span| self.exporting.on_end(span));
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporting.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporting.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporting.set_resource(resource);
    }
}
