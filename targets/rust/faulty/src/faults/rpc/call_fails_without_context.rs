use crate::support::*;

fault! {
    /// A call without a context fails: what reads the context does not expect that there is none.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4825", "https://github.com/open-telemetry/opentelemetry-go-contrib/pull/8323"],
    server: ["rpc_status_changed"],
    only: ["context/absent", "unary/ok"],
    parts: |at| Parts::outside(at, FailsIf(|headers: &HeaderMap| !headers.contains_key("traceparent"))),
}
