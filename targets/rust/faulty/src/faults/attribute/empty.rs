use crate::support::*;

fault! {
    /// One attribute is an empty text: it was set before its value was known.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/7742", "https://github.com/davidB/tracing-opentelemetry-instrumentation-sdk"],
    client: ["attribute_empty"],
    server: ["attribute_empty"],
    each: KEYS,
    only: ["unary/ok/both/at-once", "status/*/unary/INTERNAL/before-headers", "failure/unknown-method/unary/current/method", "failure/unknown-method-called/peer"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    exists: |at, convention| row(at, convention).is_some_and(|row| row.is_text),
    parts: |at| Parts::policy(One { at, change: |own, key| {
    own.iter_mut().filter(|one| one.key.as_str() == key).for_each(|one| one.value = "".into());
} }),
}
