use super::Findings;
use super::support::{baggage_of, place_of_end};
use crate::subject::Case;

rule! {
    /// A handler sees the baggage that its call arrived with, and no other. An entry that did not arrive was left
    /// behind by another call on the same thread or task.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// baggage 0 user=alice
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary
    /// saw 0 user=alice
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    family: Context,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/context/api-propagators/#extract",
        clause: "MUST NOT store a new value in the Context",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for end in &case.ends {
        let Some(record) = end.server_record() else { continue };
        // A header that breaks the grammar leaves open what is made of it.
        let Some(arrived) = baggage_of(&case.received(end.call, end.arrival).baggage) else { continue };
        let seen = record.baggage.iter().map(|entry| &entry.key);
        if let Some(key) = seen.filter(|key| !arrived.contains_key(*key)).min() {
            let message = format!("The handler saw the baggage `{key}`, which did not arrive.");
            findings.add(place_of_end(case, end).key("baggage"), message);
        }
    }
}
