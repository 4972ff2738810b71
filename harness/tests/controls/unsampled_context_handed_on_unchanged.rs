use crate::support::*;

/// Starts nothing where the caller's trace is not sampled, as an agent that spares itself the work.
struct Sparing;

impl Policy for Sparing {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let around = parent.span().span_context().clone();
        if around.is_valid() && !around.is_sampled() {
            return parent.clone();
        }
        Standard.start(call, tracer, builder, parent)
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "What an unsampled caller sent is handed on as it came, with the caller's own id: no span stands in between, and \
           who takes no part in a trace may forward its headers.",
    seen: "https://github.com/open-telemetry/opentelemetry-go-contrib/pull/6695",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#behavior-of-the-api-in-the-absence-of-an-installed-sdk",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Sparing),
    shows: |evidence| {
        // The id that the driver sent reaches the peer.
        let ids = |path: fn(&str) -> bool| {
            let calls = evidence.transcript.calls.iter().filter(move |(name, _)| path(name));
            let entries = calls.flat_map(|(_, call)| &call.server).flat_map(|server| &server.metadata);
            entries.filter(|entry| entry.key == "traceparent").map(|entry| &entry.value)
        };
        let sent: Vec<_> = ids(|path| !path.contains('.')).collect();
        ids(|path| path.contains('.')).any(|value| value.ends_with("-00") && sent.contains(&value))
    },
};
