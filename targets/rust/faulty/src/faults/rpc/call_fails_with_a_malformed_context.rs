use crate::support::*;

fault! {
    /// A call with a malformed context fails.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4875"],
    server: ["rpc_status_changed"],
    only: ["context/malformed", "unary/ok"],
    parts: |at| Parts::outside(at, FailsIf(|headers: &HeaderMap| text(headers, "traceparent").is_none_or(|text| text.len() != 55))),
}
