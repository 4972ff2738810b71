use super::Findings;
use super::exception_recorded_twice::exceptions;
use super::support::{is_annotated, place_of_any, text_of};
use crate::subject::Case;

rule! {
    /// An `exception` event says which exception it was, by its type or at least its message. One that says neither
    /// tells only that something happened.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary -> UNKNOWN fail=throw
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Error
    ///   event exception
    ///     exception.message: "boom"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary -> UNKNOWN fail=throw
    ///
    /// SERVER Echo/Say <- driver
    ///   status: Error
    ///   ! event exception
    ///     exception.stacktrace: "at server.py:7"
    /// ```
    family: Event,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/exceptions/#attributes",
        clause: "the following attributes SHOULD be filled out",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    if is_annotated(case, |_, events, _| events.iter().any(|name| name == "exception")) {
        return;
    }
    for (index, span) in case.spans().iter().enumerate() {
        let says = |key, event| text_of(event, key).is_some_and(|text| !text.is_empty());
        let unnamed = exceptions(&span.events).any(|event| {
            event.dropped_attributes == 0 && !says("exception.type", event) && !says("exception.message", event)
        });
        if unnamed {
            findings.add(
                place_of_any(case, index).key("exception"),
                "An exception is recorded without its type and message.",
            );
        }
    }
}
