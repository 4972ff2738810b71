use super::Findings;
use super::support::{Hang, hang, place};
use crate::convention::Side;
use crate::subject::{Case, End};
use crate::trace::Span;
use crate::transcript::RemoteContext;

rule! {
    /// A `traceparent` that W3C calls invalid is ignored: the callee starts a trace of its own, as if nothing had
    /// arrived. A span that hangs under the malformed id, or lives in its trace, joins traces that do not exist, and a
    /// caller can make it do so. Ids that are too short must not be padded, and characters that are not allowed not be
    /// replaced.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// wire 0 traceparent=ff-{driver}
    ///
    /// SERVER Echo/Say
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// wire 0 traceparent=ff-{driver}
    ///
    /// ! SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// wire 0 traceparent=ff-{driver}
    ///
    /// ! SERVER Echo/Say in driver
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#trace-id",
        clause: "vendors MUST ignore the traceparent",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, index, span) in case.bound().filter(|(end, ..)| end.side == Side::Server) {
        if *case.remote_context(end.call, end.arrival) != RemoteContext::Invalid {
            continue;
        }
        let message = match hang(case, end, index, span) {
            Hang::Despite => "The `traceparent` that arrived is invalid, and the span has a parent all the same.",
            Hang::Right if is_in_its_trace(case, end, span) => {
                "The `traceparent` that arrived is invalid, and the span took its trace id over."
            }
            _ => continue,
        };
        findings.add(place(case, end, span).key("traceparent"), message);
    }
}

fn is_in_its_trace(case: &Case<'_>, end: &End<'_>, span: &Span) -> bool {
    let own = span.trace_id.to_string();
    span.trace_id.is_valid()
        && case.received(end.call, end.arrival).traceparent.iter().any(|value| value.contains(&own))
}
