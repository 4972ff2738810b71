//! `tracestate` as it stands in metadata.

use crate::transcript::{Entry, RemoteContext, trace_state_members, values};

/// Key and value of a list member.
pub(in crate::rules) type Member<'m> = (&'m str, &'m str);

/// The members that a callee of these headers must pass on: those of a valid list beside exactly one valid `traceparent`.
pub(in crate::rules) fn sent_state<'m>(metadata: &'m [Entry], remote: &RemoteContext) -> Option<Vec<Member<'m>>> {
    remote.valid()?;
    // Longer than what everybody must carry, it may rightly be cut.
    let length: usize = values(metadata, "tracestate").map(str::len).sum();
    trace_state_members(metadata).filter(|members| !members.is_empty() && length <= 512)
}

/// The members of a `tracestate`, whatever is wrong with them.
pub(in crate::rules) fn state_members<'v>(values: impl Iterator<Item = &'v str>) -> Vec<Member<'v>> {
    let members = values.flat_map(|value| value.split(',')).map(|member| member.trim_matches([' ', '\t']));
    members.filter(|member| !member.is_empty()).map(|member| member.split_once('=').unwrap_or((member, ""))).collect()
}
