use crate::support::*;

fault! {
    /// A handler that panics takes its span with it.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4825"],
    server: ["server_span_missing"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        let outcome = Standard.at_drop(call, is_panic);
        if is_panic {
            stash(call, ());
        }
        outcome
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        // A span that does not record any more is not exported either.
        if is_server(call) && stashed::<()>(call).is_some() {
            std::mem::forget(cx.clone());
        } else {
            cx.span().end();
        }
    }
}
