use crate::support::*;

fault! {
    /// Nothing is current where the handler runs: its own spans and calls begin traces. One shape at a time.
    models: ["https://github.com/grpc/grpc-java/pull/11500", "https://github.com/open-telemetry/opentelemetry-java/issues/6416"],
    server: ["server_span_not_current"],
    each: SHAPES,
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
        if self.at.is(call) { None } else { Standard.attach(call, stage, own, outer) }
    }
}
