use super::support::{place, steps_while_open};
use super::{Findings, Place};
use crate::convention::Side;
use crate::scenario::ServerStep;
use crate::subject::{Case, End};
use crate::trace::{Span, StatusCode, Value};
use crate::transcript::{JournaledContext, ServerRecord};

rule! {
    /// What an application writes to the span that it finds current, it writes to the span of its call: attributes, events and
    /// the status Ok are exported with it. Where they are not, the application was given a copy of the span, or the
    /// instrumentation exports one that it made at another time, or it writes over what is not its own. Only what was written
    /// while the call was certainly open counts.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary annotate=app.user
    ///
    /// SERVER Echo/Say <- driver
    ///   app.user: "yes"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary annotate=app.user
    ///
    /// ! SERVER Echo/Say <- driver
    /// ```
    family: Attribute,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/sdk/#additional-span-interfaces",
        clause: "A function receiving this as argument MUST be able to access all information that was added to the span",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound().filter(|(end, ..)| end.side == Side::Server) {
        for step in written(case, end, span) {
            let ServerStep::Annotate { attributes, events, ok } = step else { continue };
            let place = || -> Place { place(case, end, span) };
            for (key, value) in attributes.iter().filter(|(key, value)| !has_attribute(span, key, value)) {
                let message = format!("The application set `{key}` to {value:?} on the span, which has it not.");
                findings.add(place().key(key), message);
            }
            for event in events.iter().filter(|name| !span.events.iter().any(|event| event.name == **name)) {
                let message = format!("The application added the event {event:?} to the span, which has it not.");
                findings.add(place().key(event), message);
            }
            if *ok && span.status.code != StatusCode::Ok {
                findings.add(
                    place(),
                    format!("The application set the span's status to Ok, and it is {}.", span.status.code),
                );
            }
        }
    }
}

/// The steps by which the handler wrote to this span, and not to another.
fn written<'a>(case: &Case<'a>, end: &End<'a>, span: &Span) -> &'a [ServerStep] {
    let is_own =
        |record: &&ServerRecord| record.context.as_ref().map(JournaledContext::name_ref) == Some(span.name_ref());
    let record = end.server_record().filter(is_own);
    record.and_then(|record| steps_while_open(case, end.call, record)).unwrap_or_default()
}

fn has_attribute(span: &Span, key: &str, value: &str) -> bool {
    let is_it = |own: &Value| matches!(own, Value::String(text) if text == value);
    span.attributes.iter().any(|attribute| attribute.key == key && is_it(&attribute.value))
}
