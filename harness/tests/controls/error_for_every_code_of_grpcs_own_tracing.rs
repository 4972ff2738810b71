use crate::support::*;
use tonic_trace_faulty::native::Speaks;

pub(crate) const CONTROL: Control = Control {
    text: "A server's span is an error where its handler answered NOT_FOUND, and Ok where it answered OK: gRPC's own tracing \
           takes a status for what gRPC takes it for.",
    seen: "https://github.com/open-telemetry/semantic-conventions/issues/3923",
    clause: "https://github.com/grpc/proposal/blob/b2aee936dfc2432cafe8777268f1cd78efb92759/A72-open-telemetry-tracing.md#tracing-information",
    conventions: &["a72"],
    parts: || Parts::policy(Speaks::correctly()),
    shows: |evidence| {
        any(evidence, |span| {
            span.name.starts_with("Recv.")
                && span.status.code == StatusCode::Error
                && span.status.message.starts_with("NOT_FOUND")
        })
    },
};
