use super::Findings;
use super::support::place_of_end;
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// The span that is current in a handler, or where it makes a call, belongs to another call: a sibling, or one that
    /// runs on the same thread at the same time. What the application then records is told of the wrong call. Calls in
    /// whose handlers a call is made are no strangers to it, and neither is the call whose callback makes it.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 1 unary
    ///
    /// SERVER Echo/Say <- driver
    /// SERVER Echo/Say <- driver 1
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 1 unary
    /// handler 1 #1
    ///
    /// SERVER Echo/Say #1 <- driver
    /// SERVER Echo/Say <- driver 1
    /// ```
    family: Context,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/context/#get-current-context",
        clause: "The API MUST return the Context associated with the caller's current execution unit.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for end in &case.ends {
        let (context, where_it_is) = match end.side {
            // Its context is the call's.
            Side::Attempt => continue,
            Side::Server => (end.server_record().and_then(|record| record.context.as_ref()), "in the handler"),
            Side::Client => {
                let record = end.client_record().filter(|_| !is_saved(case, end.call));
                (record.and_then(|record| record.context.as_ref()), "where the handler makes the call")
            }
        };
        let Some(context) = context else { continue };
        let completed = case.call(end).after.is_some_and(|before| case.owner(context.name_ref()) == Some(before));
        if !completed && case.is_foreign(end.call, context.name_ref()) {
            findings.add(place_of_end(case, end), format!("A span of another call is current {where_it_is}."));
        }
    }
}

/// A call made in a saved context is in another call's span on purpose.
fn is_saved(case: &Case<'_>, call: usize) -> bool {
    case.calls[call].plan.context == crate::scenario::Context::Saved
}
