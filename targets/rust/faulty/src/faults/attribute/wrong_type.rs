use crate::support::*;

fault! {
    /// One attribute has another type: a number that is a text, a text that is a number.
    models: ["https://github.com/open-telemetry/opentelemetry-js/issues/2984", "https://github.com/open-telemetry/opentelemetry-dotnet-contrib/pull/4370"],
    client: ["attribute_wrong_type"],
    server: ["attribute_wrong_type"],
    each: KEYS,
    only: ["unary/ok/both/at-once", "status/*/unary/INTERNAL/before-headers", "failure/unknown-method/unary/current/method", "failure/unknown-method-called/peer"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    exists: |at, convention| row(at, convention).is_some(),
    parts: |at| Parts::policy(One { at, change: |own, key| {
    for one in own.iter_mut().filter(|one| one.key.as_str() == key) {
        one.value = match &one.value {
            Value::I64(number) => number.to_string().into(),
            _ => Value::I64(7),
        };
    }
} }),
}
