use crate::support::*;

/// Sends B3 besides, as `OTEL_PROPAGATORS=tracecontext,baggage,b3` asks for.
struct Composite;

impl Policy for Composite {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        let span = cx.span().span_context().clone();
        let b3 = format!("{}-{}-{}", span.trace_id(), span.span_id(), u8::from(span.is_sampled()));
        if let Some(b3) = HeaderValue::try_from(b3).ok().filter(|_| span.is_valid()) {
            headers.insert("b3", b3);
        }
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "The context goes out in a second format beside W3C's.",
    seen: "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/425",
    clause: "https://opentelemetry.io/docs/specs/otel/context/api-propagators/#composite-propagator",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Composite),
    shows: |evidence| received(evidence).any(|entry| entry.key == "b3"),
};
