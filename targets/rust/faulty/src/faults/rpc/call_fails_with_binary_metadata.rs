use crate::support::*;

fault! {
    /// A call with metadata whose key ends in -bin fails: it is read as text.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/2876"],
    server: ["rpc_status_changed"],
    only: ["metadata", "unary/ok"],
    parts: |at| Parts::outside(at, FailsIf(|headers: &HeaderMap| headers.keys().any(|name| name.as_str().ends_with("-bin") && name != "conformance-script-bin"))),
}
