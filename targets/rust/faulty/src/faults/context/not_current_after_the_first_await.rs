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
        // Once for the call and once for the first time that the handler runs.
        stash(call, AtomicU64::new(0));
        let times = stashed::<AtomicU64>(call).map_or(0, |times| times.fetch_add(1, Ordering::SeqCst));
        let cx = if times < 2 { own.clone() } else { Context::new() };
        Some(cx.attach())
    }
}
