use crate::support::*;

fault! {
    /// One attribute has another value than it must have.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/8565", "https://github.com/open-telemetry/opentelemetry-dotnet-contrib/pull/4370"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    each: KEYS,
    only: ["unary/ok/both/at-once", "status/*/unary/INTERNAL/before-headers", "failure/unknown-method/unary/current/method", "failure/unknown-method-called/peer"],
    conventions: ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"],
    exists: |at, convention| row(at, convention).is_some_and(|row| row.has_value),
    parts: |at| Parts::policy(One { at, change: |own, key| {
    for one in own.iter_mut().filter(|one| one.key.as_str() == key) {
        one.value = match &one.value {
            Value::I64(number) => Value::I64(number + 1),
            other => format!("{other}x").into(),
        };
    }
} }),
}
