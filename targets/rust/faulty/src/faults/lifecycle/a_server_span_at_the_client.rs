use crate::support::*;

fault! {
    /// A client has a server span too, for a call that nobody answered.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/2564"],
    client: ["unexpected_rpc_span"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let cx = Standard.start(call, tracer, builder.clone(), parent);
        if is_client(call) {
            drop(tracer.build_with_context(builder.with_kind(SpanKind::Server), &cx));
        }
        cx
    }
}
