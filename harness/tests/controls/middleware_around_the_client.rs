use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "An INTERNAL span of a middleware stands between the caller's span and the CLIENT span.",
    seen: "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/2923",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#determining-the-parent-span-from-a-context",
    conventions: &["rpc-dup"],
    parts: || Parts {
        outside_client: Some(Arc::new(|tracer, _| begin(tracer, "balance", SpanKind::Internal, &Context::current()))),
        ..Parts::default()
    },
    shows: |evidence| {
        any(evidence, |span| {
            span.kind == Kind::Client && parent(evidence, span).is_some_and(|around| around.name == "balance")
        })
    },
};
