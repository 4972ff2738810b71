use std::collections::BTreeSet;

use super::Findings;
use super::support::{is_annotated, place_of_any};
use crate::scenario::ServerStep;
use crate::subject::Case;
use crate::trace::{Attribute, Value};

rule! {
    /// The value of a metadata entry, in either direction, stands in an attribute of a span or of an event, under
    /// whatever key. It was recorded without anybody having asked. Short values, and those that mean something else
    /// too, are not looked for, nor are the headers that carry the context and those that gRPC itself writes.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// metadata 0 authorization=Bearer-s3cr3t
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.method: "Echo/Say"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// metadata 0 authorization=Bearer-s3cr3t
    ///
    /// SERVER Echo/Say <- driver
    ///   ! http.request.header.authorization: ["Bearer-s3cr3t"]
    /// ```
    family: Privacy,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client",
        clause: "Including all request metadata values can be a security risk - explicit configuration helps avoid leaking sensitive information.",
    },
    check,
}

/// Shorter values may be part of anything.
const TELLING: usize = 8;

fn check(case: &Case<'_>, findings: &mut Findings) {
    let secrets = secrets(case);
    if secrets.is_empty() {
        return;
    }
    for (index, span) in case.spans().iter().enumerate() {
        let on_span = span.attributes.iter().map(|attribute| (attribute, attribute.key.as_str()));
        let on_events = span
            .events
            .iter()
            .flat_map(|event| event.attributes.iter().map(|attribute| (attribute, event.name.as_str())));
        for (attribute, key) in on_span.chain(on_events) {
            let opt_in =
                case.convention().opt_in_prefixes.iter().any(|opt_in| attribute.key.starts_with(&opt_in.prefix));
            let told = secrets.iter().find(|(_, value)| holds(&attribute.value, value));
            if let Some((name, _)) = told.filter(|_| !opt_in) {
                let message = format!("The value of the metadata `{name}` is in the attribute `{}`.", attribute.key);
                findings.add(place_of_any(case, index).key(key), message);
            }
        }
    }
}

fn holds(value: &Value, secret: &str) -> bool {
    let attribute = |attribute: &Attribute| holds(&attribute.value, secret);
    match value {
        Value::String(text) => text.contains(secret),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).contains(secret),
        Value::Array(values) => values.iter().any(|value| holds(value, secret)),
        Value::Map(entries) => entries.iter().any(attribute),
        Value::Empty | Value::Bool(_) | Value::Int(_) | Value::Double(_) => false,
    }
}

/// The metadata that the script sends, by key and value, but for what has another way onto a span.
fn secrets<'a>(case: &Case<'a>) -> BTreeSet<(&'a str, &'a str)> {
    let requests = case.calls.iter().flat_map(|call| &call.plan.metadata);
    let steps = case.calls.iter().flat_map(|call| &call.steps);
    let responses = steps.flat_map(|step| match step {
        ServerStep::SendHeaders { metadata } => metadata.as_slice(),
        ServerStep::End { trailers, .. } => trailers.as_slice(),
        _ => &[],
    });
    let entries = requests.chain(responses).map(|(key, value)| (key.as_str(), value.as_str()));
    entries.filter(|(key, value)| is_secret(case, key, value)).collect()
}

fn is_secret(case: &Case<'_>, key: &str, value: &str) -> bool {
    const CARRIERS: [&str; 4] = ["traceparent", "tracestate", "baggage", "user-agent"];
    let own = CARRIERS.contains(&key) || key.starts_with("grpc-") || key.starts_with(':');
    if own || value.len() < TELLING || value.contains('{') {
        return false;
    }
    let annotated = is_annotated(case, |attributes, events, _| {
        attributes.iter().any(|(_, text)| text.contains(value)) || events.iter().any(|event| event.contains(value))
    });
    let known = case.ends.iter().any(|end| case.full_method(end).contains(value))
        || case.plan().addresses.values().any(|address| address.contains(value))
        || case
            .calls
            .iter()
            .filter_map(|call| call.record?.client.as_ref()?.outcome.as_ref())
            .any(|outcome| outcome.message.contains(value));
    !annotated && !known
}
