use crate::support::*;

/// Adds to the status message which method failed.
struct Telling;

impl Policy for Telling {
    fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> {
        let message = Standard.description(call, outcome);
        if message.is_empty() { message } else { format!("{}: {message}", call.full_method()).into() }
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "The description of the status has more than the status message. What it has to be is predictable and documented.",
    seen: "https://github.com/grpc/grpc-java/pull/1305",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#set-status",
    conventions: &["rpc-1.38", "rpc-1.39"],
    parts: || Parts::policy(Telling),
    shows: |evidence| any(evidence, |span| span.status.message.starts_with("conformance.v1.Conformance/")),
};
