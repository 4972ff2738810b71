use crate::support::*;

fault! {
    /// A handler that panics takes its span with it.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4825"],
    server: ["server_span_missing"],
    parts: |_| {
    let lost = |own: &KeyValue| own.key.as_str() == LOST;
    Parts::ended(move |span| if span.attributes.iter().any(lost) { Vec::new() } else { vec![span] }).and_policy(Broken)
},
}

/// Marks a span that the panic takes with it.
const LOST: &str = "lost";

struct Broken;

impl Policy for Broken {
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if is_panic {
            stash(call, ());
        }
        Standard.at_drop(call, is_panic)
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if is_server(call) && stashed::<()>(call).is_some() {
            cx.span().set_attribute(KeyValue::new(LOST, true));
        }
        cx.span().end();
    }
}
