use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "A span has the attributes of the old conventions beside those of the new ones, as rpc/dup asks for.",
    seen: "https://github.com/open-telemetry/opentelemetry-dotnet-contrib/pull/4370",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/rpc-spans.md#semantic-conventions-for-rpc-spans",
    conventions: &["rpc-dup"],
    parts: Parts::default,
    shows: |evidence| any(evidence, |span| has(span, "rpc.system") && has(span, "rpc.system.name")),
};
