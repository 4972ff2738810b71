use crate::support::*;

fault! {
    /// The resource has no service name.
    models: [],
    both: ["service_name_missing"],
    only: ["unary/ok"],
    parts: |_| Parts::processor(|mut exporting| {
    exporting.set_resource(&Resource::builder_empty().build());
    Box::new(Deaf(exporting))
}),
}

/// Does not hear of the provider's resource.
#[derive(Debug)]
struct Deaf(Box<dyn SpanProcessor>);

impl SpanProcessor for Deaf {
    fn on_start(&self, span: &mut Span, cx: &Context) {
        self.0.on_start(span, cx);
    }

    fn on_end(&self, span: SpanData) {
        self.0.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }
}
