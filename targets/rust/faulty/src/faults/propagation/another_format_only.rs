use crate::support::*;

fault! {
    /// The context is sent in another system's format, and not in that which was asked for.
    models: ["https://github.com/open-telemetry/opentelemetry-ebpf-instrumentation/issues/2119"],
    client: ["traceparent_missing"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        if let Some(own) = text(headers, "traceparent") {
            set(headers, "b3", &format!("{}-1", &own[3..52]));
        }
        headers.remove("traceparent");
    }
}
