use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "An INTERNAL span of a middleware stands between the SERVER span and what the handler does: it is what is current \
           there, and the handler's calls hang below it.",
    seen: "https://github.com/open-telemetry/opentelemetry-dotnet-instrumentation/issues/1322",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#determining-the-parent-span-from-a-context",
    conventions: &["rpc-1.39"],
    parts: || Parts {
        inside_server: Some(Arc::new(|tracer, _| begin(tracer, "validate", SpanKind::Internal, &Context::current()))),
        ..Parts::default()
    },
    shows: |evidence| {
        any(evidence, |span| {
            span.kind == Kind::Client && parent(evidence, span).is_some_and(|around| around.name == "validate")
        })
    },
};
