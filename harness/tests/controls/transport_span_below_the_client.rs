use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "The transport has a span of its own below the CLIENT span, and what goes out is the CLIENT span's id.",
    seen: "https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/4109",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#spankind",
    conventions: &["rpc-1.38"],
    parts: || Parts {
        inside_client: Some(Arc::new(|tracer, _| begin(tracer, "connect", SpanKind::Internal, &Context::current()))),
        ..Parts::default()
    },
    shows: |evidence| {
        any(evidence, |span| {
            span.name == "connect" && parent(evidence, span).is_some_and(|around| around.kind == Kind::Client)
        })
    },
};
