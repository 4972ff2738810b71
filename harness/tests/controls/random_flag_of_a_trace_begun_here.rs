use crate::support::*;

use std::collections::HashSet;

/// Says of the traces that it begins that their ids are random, which they are.
#[derive(Default)]
struct Random(Mutex<HashSet<TraceId>>);

impl Policy for Random {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let cx = Standard.start(call, tracer, builder, parent);
        if !parent.span().span_context().is_valid() {
            let begun = cx.span().span_context().trace_id();
            lock(&self.0).insert(begun);
        }
        cx
    }

    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        let span = cx.span().span_context().clone();
        let begun = lock(&self.0).contains(&span.trace_id());
        let flags = span.trace_flags() | if begun { TraceFlags::new(2) } else { TraceFlags::NOT_SAMPLED };
        let span =
            SpanContext::new(span.trace_id(), span.span_id(), flags, span.is_remote(), span.trace_state().clone());
        let cx = if span.is_valid() { cx.with_remote_span_context(span) } else { cx.clone() };
        Standard.inject(call, &cx, headers);
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A trace that begins here goes out with flags 03: the ids that this SDK makes are random, and are to be called so.",
    seen: "https://github.com/evanderkoogh/otel-cf-workers/issues/204",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/sdk/#random-trace-flag",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Random::default()),
    shows: |evidence| {
        evidence.trace.spans.iter().any(|span| span.parent_span_id.is_none())
            && received(evidence).any(|entry| entry.key == "traceparent" && entry.value.ends_with("-03"))
    },
};
