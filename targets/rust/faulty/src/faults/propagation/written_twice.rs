use crate::support::*;

fault! {
    /// Two injectors write the same context.
    models: ["https://github.com/open-telemetry/opentelemetry-ebpf-instrumentation/issues/2769"],
    client: ["traceparent_repeated"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        let own = headers.get("traceparent").cloned();
        own.into_iter().for_each(|own| _ = headers.append("traceparent", own));
    }
}
