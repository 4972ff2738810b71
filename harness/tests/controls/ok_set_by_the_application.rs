use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "A server's span is Ok although the call failed: the application said so, and what it says is final.",
    seen: "https://github.com/open-telemetry/opentelemetry-specification/issues/1584",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#set-status",
    conventions: &["rpc-1.38"],
    parts: Parts::default,
    shows: |evidence| {
        any(evidence, |span| span.kind == Kind::Server && span.status.code == StatusCode::Ok && has(span, "rpc.method"))
    },
};
