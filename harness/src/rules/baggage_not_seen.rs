use super::Findings;
use super::support::{baggage_of, place_of_end};
use crate::subject::Case;

rule! {
    /// The baggage that a call arrives with is in the handler's context, with or without a `traceparent` beside it. A
    /// value may be seen as it came or decoded.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary no-context
    /// baggage 0 user=al%20ice
    ///
    /// SERVER Echo/Say
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary
    /// baggage 0 user=alice
    /// saw 0 nothing
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    family: Context,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/context/api-propagators/#global-propagators",
        clause: "Instrumentation libraries SHOULD call propagators to extract and inject the context on all remote calls.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for end in &case.ends {
        let Some(record) = end.server_record() else { continue };
        let values = &case.received(end.call, end.arrival).baggage;
        // Of several headers a getter gives the first.
        let [raw] = values[..] else { continue };
        let Some(arrived) = baggage_of(values) else { continue };
        let saw = |key: &str, value: &str| {
            let mut seen = record.baggage.iter().filter(|entry| entry.key == key);
            seen.any(|entry| entry.value == value || (!entry.value.is_empty() && raw.contains(&entry.value)))
        };
        if let Some((key, _)) = arrived.iter().find(|(key, value)| !saw(key, value)) {
            let message = format!("The handler did not see the baggage `{key}` as it arrived.");
            findings.add(place_of_end(case, end).key("baggage"), message);
        }
    }
}
