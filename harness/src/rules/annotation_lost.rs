use super::support::place;
use super::{Findings, Place};
use crate::convention::Side;
use crate::scenario::ServerStep;
use crate::subject::{Case, End};
use crate::trace::{Span, StatusCode, Value};

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
fn written<'a>(case: &Case<'a>, end: &End<'a>, span: &Span) -> impl Iterator<Item = &'a ServerStep> {
    let record = end.server_record();
    let current = record.and_then(|record| record.context.as_ref()).map(|context| context.name_ref());
    let call = case.call(end);
    let is_own = current == Some(span.name_ref())
        && !case.is_disturbed(end.call)
        && call.plan.deadline_ms.is_none()
        && record.is_some_and(|record| record.progress.over_at.is_none());
    let reached = record.map_or(0, |record| record.progress.reached as usize);
    let steps = call.plan.server.as_deref().filter(|_| is_own).unwrap_or_default();
    steps.iter().take(reached).take_while(|step| !matches!(step, ServerStep::End { .. } | ServerStep::Fail { .. }))
}

fn has_attribute(span: &Span, key: &str, value: &str) -> bool {
    let is_it = |own: &Value| matches!(own, Value::String(text) if text == value);
    span.attributes.iter().any(|attribute| attribute.key == key && is_it(&attribute.value))
}
