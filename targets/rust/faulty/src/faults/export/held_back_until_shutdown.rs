use crate::support::*;

fault! {
    /// Spans are kept until the process ends, and a flush does not bring them.
    models: ["https://github.com/DataDog/dd-trace-py/issues/19600"],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    parts: |at| Parts::processor(move |exporting| Box::new(Hoards { at, exporting, held: Mutex::default() })),
}

#[derive(Debug)]
struct Hoards {
    at: At,
    exporting: Box<dyn SpanProcessor>,
    held: Mutex<Vec<SpanData>>,
}

impl SpanProcessor for Hoards {
    fn on_start(&self, span: &mut Span, cx: &Context) {
        self.exporting.on_start(span, cx);
    }

    fn on_end(&self, span: SpanData) {
        if self.at.is_of(&span) {
            lock(&self.held).push(span);
        } else {
            self.exporting.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporting.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        std::mem::take(&mut *lock(&self.held)).into_iter().for_each(|span| self.exporting.on_end(span));
        self.exporting.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporting.set_resource(resource);
    }
}
