use crate::support::*;

fault! {
    /// What is injected is added to what is there: a relay that forwards metadata sends two contexts.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/11237", "https://github.com/open-telemetry/opentelemetry-go/pull/441", "https://github.com/dapr/dapr/pull/10464"],
    client: ["traceparent_repeated"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        let mut own = HeaderMap::new();
        Standard.inject(call, cx, &mut own);
        for (name, value) in &own {
            headers.append(name, value.clone());
        }
    }
}
