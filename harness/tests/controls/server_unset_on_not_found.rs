use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "A server's span has no status where its handler answered NOT_FOUND: that the caller asked for what is not there \
           is no failure of the server's.",
    seen: "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/9637",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#server",
    conventions: &["rpc-1.39"],
    parts: Parts::default,
    shows: |evidence| {
        any(evidence, |span| {
            span.kind == Kind::Server
                && span.status.code == StatusCode::Unset
                && says(span, "rpc.response.status_code", "NOT_FOUND")
        })
    },
};
