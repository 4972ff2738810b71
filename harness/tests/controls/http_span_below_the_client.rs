use crate::support::*;

use tonic_trace_reference::propagator::W3cPropagator;

pub(crate) const CONTROL: Control = Control {
    text: "A CLIENT span of the HTTP client below gRPC's writes its own id over the `traceparent`: the callee's span hangs \
           below the last span before the wire, and is still below the call's.",
    seen: "https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/1727",
    clause: "https://www.w3.org/TR/trace-context-2/#mutating-the-traceparent-field",
    conventions: &["rpc-1.39", "rpc-next"],
    parts: || Parts {
        inside_client: Some(Arc::new(|tracer, head| {
            let cx = begin(tracer, "POST", SpanKind::Client, &Context::current())?;
            W3cPropagator.inject(&cx, &mut head.headers);
            Some(cx)
        })),
        ..Parts::default()
    },
    shows: |evidence| {
        any(evidence, |span| {
            span.kind == Kind::Server && parent(evidence, span).is_some_and(|around| around.name == "POST")
        })
    },
};
