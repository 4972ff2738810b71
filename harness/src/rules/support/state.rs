//! `tracestate` as it stands in metadata.

use crate::subject::Received;
use crate::transcript::trace_state_members;

/// Key and value of a list member.
pub(in crate::rules) type Member<'m> = (&'m str, &'m str);

/// The members that a callee of these headers must pass on: those of a valid list beside exactly one valid `traceparent`.
pub(in crate::rules) fn sent_state<'v>(received: &Received<'v>) -> Option<Vec<Member<'v>>> {
    received.context.valid().filter(|_| !received.tracestate.is_empty())?;
    // Longer than what everybody must carry, it may rightly be cut.
    let length: usize = received.tracestate.iter().map(|value| value.len()).sum();
    let members = trace_state_members(received.tracestate.iter().copied());
    members.filter(|members| !members.is_empty() && length <= 512)
}

/// The members of a `tracestate`, whatever is wrong with them.
pub(in crate::rules) fn state_members<'v>(values: &[&'v str]) -> Vec<Member<'v>> {
    let members = values.iter().flat_map(|value| value.split(',')).map(|member| member.trim_matches([' ', '\t']));
    members.filter(|member| !member.is_empty()).map(|member| member.split_once('=').unwrap_or((member, ""))).collect()
}
