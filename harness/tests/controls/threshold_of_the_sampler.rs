use crate::support::*;

/// Samples by threshold, and says so as OpenTelemetry's samplers do.
struct Threshold;

impl Policy for Threshold {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        let cx = Standard.extract(call, headers);
        let span = cx.span().span_context().clone();
        // A list that the API could not hold travels beside it.
        let is_held = !span.trace_state().header().is_empty() || !headers.contains_key("tracestate");
        let has_room = span.trace_state().header().split(',').count() < 32;
        let state = span.trace_state().insert("ot", "th:0");
        match state {
            Ok(state) if span.is_sampled() && is_held && has_room => cx.with_remote_span_context(SpanContext::new(
                span.trace_id(),
                span.span_id(),
                span.trace_flags(),
                true,
                state,
            )),
            _ => cx,
        }
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A sampler adds `ot=th:0` to the trace state: of the span, and of what goes out.",
    seen: "https://github.com/open-telemetry/oteps/pull/235",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/#sampling-threshold-value-th",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Threshold),
    shows: |evidence| any(evidence, |span| span.kind == Kind::Server && span.trace_state.starts_with("ot=th:0")),
};
