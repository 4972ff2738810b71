use crate::support::*;

fault! {
    /// The header of another tracing system is followed, though it was not asked for.
    models: ["https://github.com/open-telemetry/opentelemetry-ebpf-instrumentation/issues/2119"],
    server: ["parent_despite_missing_context"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        let b3 = text(headers, "b3").filter(|b3| b3.len() >= 49 && !headers.contains_key("traceparent"));
        if let Some(b3) = b3 {
            set(headers, "traceparent", &format!("00-{}-01", &b3[..49]));
        }
        Standard.extract(call, headers)
    }
}
