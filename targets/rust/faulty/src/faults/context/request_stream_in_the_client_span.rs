use crate::support::*;

fault! {
    /// What produces a client's messages runs inside of its span, and a call made there becomes a child of a call.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/4088"],
    client: ["wrong_parent"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
        Some(own.clone().attach())
    }
}
