use crate::support::*;

pub(crate) const CONTROL: Control = Control {
    text: "Attributes come in another order than they were set in: they are a map.",
    seen: "https://github.com/open-telemetry/opentelemetry-specification/issues/4971",
    clause: "https://opentelemetry.io/docs/specs/otel/common/#attribute-collections",
    conventions: &["rpc-dup"],
    parts: || Parts {
        ended: Some(|mut span| {
            span.attributes.sort_by(|one, other| other.key.cmp(&one.key));
            span
        }),
        ..Parts::default()
    },
    shows: |evidence| {
        any(evidence, |span| {
            let keys: Vec<_> = span.attributes.iter().map(|attribute| &attribute.key).collect();
            keys.len() > 5 && keys.is_sorted_by(|one, other| one > other)
        })
    },
};
