use super::Findings;
use super::support::{place, sent_state, state_members};
use crate::convention::Side;
use crate::subject::{Case, ParentExpectation};

rule! {
    /// A SERVER span has the trace state of the context that arrived, and a CLIENT span that of the span it hangs under, so
    /// that everything below, and the callees, have it too. A sampler may add to it.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// metadata 0 tracestate=foo=1
    ///
    /// SERVER Echo/Say <- driver
    ///   trace state: "ot=th:0,foo=1"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// metadata 0 tracestate=foo=1
    ///
    /// ! SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// metadata 0 tracestate=foo=1
    ///
    /// SERVER Echo/Say <- driver
    ///   trace state: "foo=1"
    ///   ! CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation",
        clause: "the child span MUST inherit all TraceState values of its parent by default.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        // Of a span that hangs elsewhere another rule tells.
        if !matches!(case.expected_parent(end), ParentExpectation::Is { trace_id, .. } if trace_id == span.trace_id) {
            continue;
        }
        let came = match end.side {
            Side::Server => sent_state(case.received(end.call, end.arrival)),
            // Whatever the parent has, rightly or not, its child has too.
            Side::Client | Side::Attempt => span
                .parent_ref()
                .and_then(|parent| case.find(parent))
                .map(|parent| state_members(&[case.spans()[parent].trace_state.as_str()])),
        };
        let Some(came) = came else { continue };
        let has = state_members(&[span.trace_state.as_str()]);
        if came.iter().all(|(key, _)| is_key_of_level_1(key))
            && came.iter().any(|(key, _)| has.iter().all(|(other, _)| other != key))
        {
            let message = match end.side {
                Side::Server => "The span's trace state lacks what arrived in the `tracestate`.",
                Side::Client | Side::Attempt => "The span's trace state lacks what its parent's has.",
            };
            findings.add(place(case, end, span), message);
        }
    }
}

/// An API may still hold to the grammar of keys that Level 1 has, and drop what only Level 2 allows. What is on the wire is
/// judged by Level 2, by other rules.
fn is_key_of_level_1(key: &str) -> bool {
    let begins = |part: &str| part.starts_with(|first: char| first.is_ascii_lowercase());
    match key.split_once('@') {
        None => begins(key),
        Some((tenant, system)) => {
            let digit = tenant.starts_with(|first: char| first.is_ascii_digit());
            (begins(tenant) || digit)
                && tenant.len() <= 241
                && begins(system)
                && system.len() <= 14
                && !system.contains('@')
        }
    }
}
