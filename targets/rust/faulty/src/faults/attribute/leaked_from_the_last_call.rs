use crate::support::*;

fault! {
    /// The attributes of a call's end are written to the span of the call before, which is kept in the interceptor.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["attribute_missing"],
    server: ["attribute_missing"],
    only: ["status/*/unary"],
    alone: true,
    parts: |at| {
    let last: Mutex<Vec<KeyValue>> = Mutex::default();
    Parts::ended(move |mut span| {
        if at.is_of(&span) {
            let ends = |one: &KeyValue| one.key.as_str().contains("status_code") || one.key.as_str() == "error.type";
            let (own, rest): (Vec<_>, Vec<_>) = span.attributes.into_iter().partition(ends);
            span.attributes = rest;
            span.attributes.append(&mut std::mem::replace(&mut *lock(&last), own));
        }
        vec![span]
    })
},
}
