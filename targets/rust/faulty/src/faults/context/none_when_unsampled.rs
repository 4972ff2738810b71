use crate::support::*;

fault! {
    /// In the handler of a call that is not sampled nothing is current, and its calls begin traces that are.
    models: [],
    server: ["server_span_not_current"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let cx = Standard.start(call, tracer, builder, parent);
        if is_server(call) && !cx.span().span_context().is_sampled() {
            return Context::new();
        }
        cx
    }
}
