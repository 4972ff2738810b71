use crate::support::*;

fault! {
    /// A handler runs in the context of the request before.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    server: ["wrong_context_current"],
    only: ["relay", "concurrency", "unary"],
    alone: true,
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<Option<Context>>,
}

impl Policy for Broken {
    fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
        if is_client(call) {
            return Standard.attach(call, stage, own, outer);
        }
        if call.stash().get().is_none() {
            let last = lock(&self.state).replace(own.clone());
            stash(call, last.unwrap_or_else(|| own.clone()));
        }
        Some(stashed::<Context>(call).unwrap_or(own).clone().attach())
    }
}
