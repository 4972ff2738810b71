use crate::support::*;

fault! {
    /// One attribute is a list of one value, as all headers are in some frameworks.
    models: ["https://github.com/open-telemetry/opentelemetry-js/issues/2984"],
    client: ["attribute_wrong_type"],
    server: ["attribute_wrong_type"],
    each: KEYS,
    only: ["unary/ok/both/at-once", "status/*/unary/INTERNAL/before-headers", "failure/unknown-method/unary/current/method", "failure/unknown-method-called/peer"],
    exists: |at, convention| row(at, convention).is_some(),
    parts: |at| Parts::policy(One { at, change: |own, key| {
    for one in own.iter_mut().filter(|one| one.key.as_str() == key) {
        one.value = match &one.value {
            Value::I64(number) => Value::Array(Array::I64(vec![*number])),
            other => Value::Array(Array::String(vec![other.to_string().into()])),
        };
    }
} }),
}
