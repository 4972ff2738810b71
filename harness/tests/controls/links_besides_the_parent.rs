use crate::support::*;

/// Links to the span that is the parent already.
struct Linking;

impl Policy for Linking {
    fn links(&self, _: &Call, parent: &Context) -> Vec<Link> {
        let around = parent.span().span_context().clone();
        if around.is_valid() { vec![Link::with_context(around)] } else { Vec::new() }
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A span has a link besides its parent. Links are for any causal relation, and the conventions ask for none and forbid none.",
    seen: "https://github.com/tokio-rs/tracing-opentelemetry/pull/124",
    clause: "https://opentelemetry.io/docs/specs/otel/overview/#links-between-spans",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Linking),
    shows: |evidence| any(evidence, |span| span.kind == Kind::Server && !span.links.is_empty()),
};
