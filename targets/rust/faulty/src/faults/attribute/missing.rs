use crate::support::*;

fault! {
    /// One attribute that the convention asks for is missing.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/6184", "https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4873", "https://github.com/envoyproxy/envoy/pull/7996"],
    client: ["attribute_missing"],
    server: ["attribute_missing"],
    each: KEYS,
    only: ["unary/ok/both/at-once", "status/*/unary/INTERNAL/before-headers", "failure/unknown-method/unary/current/method", "failure/unknown-method-called/peer"],
    conventions: ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"],
    exists: |at, convention| row(at, convention).is_some_and(|row| row.is_needed),
    parts: |at| Parts::policy(One { at, change: |own, key| own.retain(|one| one.key.as_str() != key) }),
}
