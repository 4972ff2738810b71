use crate::support::*;

fault! {
    /// One attribute is there twice: it is added where it should be set.
    models: ["https://github.com/open-telemetry/opentelemetry-go/pull/441"],
    client: ["attribute_repeated"],
    server: ["attribute_repeated"],
    each: KEYS,
    only: ["unary/ok/both/at-once", "status/*/unary/INTERNAL/before-headers", "failure/unknown-method/unary/current/method", "failure/unknown-method-called/peer"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    exists: |at, convention| row(at, convention).is_some(),
    parts: |at| Parts::policy(One { at, change: |own, key| {
    let again = own.iter().find(|one| one.key.as_str() == key).cloned();
    own.extend(again);
} }),
}
