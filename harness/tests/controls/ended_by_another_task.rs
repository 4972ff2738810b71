use crate::support::*;

/// Leaves it to a task to end the span.
struct Deferred;

impl Policy for Deferred {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return Standard.end(call, cx, outcome) };
        let cx = cx.clone();
        drop(runtime.spawn(async move { cx.span().end() }));
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A span ends a little after its call: the end is told to another task, and the caller does not wait for that.",
    seen: "https://github.com/open-telemetry/opentelemetry-js/issues/3719",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#end",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Deferred),
    shows: |evidence| {
        let ends = evidence.transcript.calls.values().filter_map(|call| call.client.as_ref()?.times);
        let last = ends.map(|times| times.ended_ns).max();
        any(evidence, |span| is_of_call(span) && Some(span.end_ns) > last)
    },
};
