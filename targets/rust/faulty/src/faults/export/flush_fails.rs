use crate::support::*;

fault! {
    /// A flush that the program asks for ends with an error.
    models: [],
    both: ["capture_incomplete"],
    only: ["unary/ok"],
    parts: |_| Parts::processor(|exporting| Box::new(NeverFlushes(exporting))),
}

#[derive(Debug)]
struct NeverFlushes(Box<dyn SpanProcessor>);

impl SpanProcessor for NeverFlushes {
    fn on_start(&self, span: &mut Span, cx: &Context) {
        self.0.on_start(span, cx);
    }

    fn on_end(&self, span: SpanData) {
        self.0.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Err(OTelSdkError::InternalFailure("the flush is not implemented".into()))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}
