use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "There is no span of a call whose caller decided that the trace is not sampled, and the callee still learns of it.",
    seen: "https://github.com/agentgateway/agentgateway/issues/1694",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampling",
    conventions: &["rpc-next"],
    parts: Parts::default,
    shows: |evidence| {
        let unsampled = |entry: &Entry| entry.key == "traceparent" && entry.value.ends_with("-00");
        let mut servers = evidence.transcript.calls.values().flat_map(|call| &call.server);
        evidence.trace.spans.is_empty() && servers.any(|server| server.metadata.iter().any(unsampled))
    },
};
