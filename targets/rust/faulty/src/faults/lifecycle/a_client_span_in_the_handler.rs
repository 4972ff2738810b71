use crate::support::*;

fault! {
    /// A server has a client span too, for a call that nobody made.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/2564"],
    server: ["unexpected_rpc_span"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let cx = Standard.start(call, tracer, builder.clone(), parent);
        if is_server(call) {
            drop(tracer.build_with_context(builder.with_kind(SpanKind::Client), &cx));
        }
        cx
    }
}
