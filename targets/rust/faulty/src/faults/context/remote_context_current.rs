use crate::support::*;

fault! {
    /// What is current in the handler is the context of its caller, without the server's span.
    models: ["https://github.com/open-telemetry/opentelemetry-java/issues/6416"],
    server: ["server_span_not_current"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
        if is_server(call) { Some(outer.clone().attach()) } else { Standard.attach(call, stage, own, outer) }
    }
}
