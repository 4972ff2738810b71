use crate::support::*;

fault! {
    /// The context is attached once, when the handler begins, and lost where it waits for the first time.
    models: ["https://github.com/grpc/grpc-java/pull/11500"],
    server: ["current_span_lost"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
        if is_client(call) || stage != Stage::Call {
            return Standard.attach(call, stage, own, outer);
        }
        if call.stash().get().is_some() {
            return None;
        }
        stash(call, ());
        Standard.attach(call, stage, own, outer)
    }
}
