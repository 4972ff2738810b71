use crate::support::*;

fault! {
    /// The span is Ok from its start, and an error later cannot take that back.
    models: ["https://github.com/davidB/tracing-opentelemetry-instrumentation-sdk"],
    client: ["ok_set_by_instrumentation"],
    server: ["ok_set_by_instrumentation"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let cx = Standard.start(call, tracer, builder, parent);
        if self.at.is(call) {
            cx.span().set_status(Status::Ok);
        }
        cx
    }
}
