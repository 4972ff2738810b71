use crate::support::*;
use tonic_trace_reference::propagator::W3cPropagator;

pub(crate) const CONTROL: Control = Control {
    text: "Each attempt of a call has a CLIENT span of its own below the call's, tells that it is gRPC, and is what the callee \
           hangs under: the call's span covers them all, which is what is asked for.",
    seen: "https://github.com/googleapis/google-cloud-java/pull/14459",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/rpc-spans.md#rpc-client-span",
    conventions: &["rpc-1.39"],
    parts: || Parts {
        inside_client: Some(Arc::new(|tracer, head| {
            let cx = begin(tracer, "attempt", SpanKind::Client, &Context::current())?;
            cx.span().set_attribute(KeyValue::new("rpc.system.name", "grpc"));
            W3cPropagator.inject(&cx, &mut head.headers);
            Some(cx)
        })),
        ..Parts::default()
    },
    shows: |evidence| {
        any(evidence, |span| {
            span.kind == Kind::Server && parent(evidence, span).is_some_and(|around| around.name == "attempt")
        })
    },
};
