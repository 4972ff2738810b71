use crate::support::*;

fault! {
    /// A call inside a span of the application's begins a trace: only the instrumentation's own spans are looked for.
    models: ["https://github.com/grpc/grpc-java/pull/11500", "https://github.com/open-telemetry/opentelemetry-java/issues/6416"],
    client: ["wrong_parent"],
    only: ["relay", "unary/manual-span"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let cx = Standard.start(call, tracer, builder, parent);
        if is_client(call) {
            return cx;
        }
        let own = span_context(&cx);
        cx.with_value(Handlers(own))
    }
    fn parent(&self, call: &Call, found: Context) -> Context {
        match found.get::<Handlers>() {
            Some(Handlers(own)) if is_client(call) => found.with_remote_span_context(own.clone()),
            _ => found,
        }
    }
}

/// The span of the handler around.
struct Handlers(SpanContext);
