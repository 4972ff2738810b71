use super::Findings;
use super::support::{Hang, hang, place};
use crate::subject::Case;
use crate::transcript::RemoteContext;

rule! {
    /// Where there is no context there is no parent: a call that arrives without `traceparent`, or that is made in the
    /// root context, begins a trace. A parent that appears there was left over from something else: a thread's earlier
    /// work, an extraction that failed and kept the last result. (A parent that is another call's is told by
    /// [`parent_of_another_call`](#parent_of_another_call).)
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary no-context
    ///
    /// SERVER Echo/Say
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary no-context
    ///
    /// ! SERVER Echo/Say <- missing
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation",
        clause: "The semantic parent of the Span MUST be determined according to the rules described in Determining the Parent Span from a Context",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, index, span) in case.bound() {
        let invalid =
            end.client_record().is_none() && *case.remote_context(end.call, end.arrival) == RemoteContext::Invalid;
        if !invalid && hang(case, end, index, span) == Hang::Despite {
            let message =
                format!("There was no context for the {} of the call, and its span has a parent.", end.side.as_str());
            findings.add(place(case, end, span), message);
        }
    }
}
