use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "A client's span is an error where the caller itself cancelled the call: CANCELLED is a code other than OK.",
    seen: "https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/2066",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/384d66161cb18704c729645fa8136a148df9571c/docs/rpc/grpc.md#client",
    conventions: &["rpc-next"],
    parts: Parts::default,
    shows: |evidence| {
        any(evidence, |span| {
            span.kind == Kind::Client
                && span.status.code == StatusCode::Error
                && says(span, "rpc.status_code", "CANCELLED")
        })
    },
};
