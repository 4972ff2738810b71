use std::collections::BTreeSet;

use super::Findings;
use super::support::{place_of_any, text_of};
use crate::subject::Case;
use crate::trace::Event;

rule! {
    /// One exception is one event. Recorded twice, by two layers of one instrumentation or by a `finally` after an
    /// `except`, it counts as two failures.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary -> UNKNOWN fail=throw
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Error
    ///   event exception
    ///     exception.message: "boom"
    ///     exception.type: "ValueError"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary -> UNKNOWN fail=throw
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Error
    ///   ! event exception
    ///     exception.message: "boom"
    ///     exception.type: "ValueError"
    ///   event exception
    ///     exception.message: "boom"
    ///     exception.type: "ValueError"
    /// ```
    family: Event,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/recording-errors.md#recording-exceptions",
        clause: "It's NOT RECOMMENDED to record the same exception more than once.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        let mut seen = BTreeSet::new();
        let told = exceptions(&span.events).filter_map(|event| {
            let told = (text_of(event, "exception.type"), text_of(event, "exception.message"));
            (told != (None, None)).then_some(told)
        });
        if told.into_iter().any(|told| !seen.insert(told)) {
            findings.add(place_of_any(case, index).key("exception"), "The same exception is recorded more than once.");
        }
    }
}

pub(super) fn exceptions(events: &[Event]) -> impl Iterator<Item = &Event> {
    events.iter().filter(|event| event.name == "exception")
}
