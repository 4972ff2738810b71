use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "A SERVER span of the HTTP framework stands around gRPC's. There is no word in the conventions against two of them.",
    seen: "https://github.com/open-telemetry/opentelemetry-dotnet-instrumentation/issues/1396",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#spankind",
    conventions: &["rpc-next"],
    parts: || crate::middleware_around_the_server::parts("POST", SpanKind::Server),
    shows: |evidence| {
        any(evidence, |span| {
            span.kind == Kind::Server
                && has(span, "rpc.method")
                && parent(evidence, span).is_some_and(|around| around.name == "POST" && around.kind == Kind::Server)
        })
    },
};
