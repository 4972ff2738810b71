use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "A client's span is an error where the server said NOT_FOUND: for the caller every code but OK is one.",
    seen: "https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/3162",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/grpc.md#grpc-status",
    conventions: &["rpc-1.38"],
    parts: Parts::default,
    shows: |evidence| {
        let not_found = trace::Value::Int(Code::NotFound as i64);
        any(evidence, |span| {
            span.kind == Kind::Client
                && span.status.code == StatusCode::Error
                && span.value("rpc.grpc.status_code") == Some(&not_found)
        })
    },
};
