use crate::support::*;

fault! {
    /// A call that begins a trace sends no context.
    models: ["https://github.com/grpc/grpc-java/pull/11500"],
    client: ["stray_span"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        if is_client(call) {
            stash(call, has_span(&found));
        }
        found
    }
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        if stashed::<bool>(call) != Some(&false) {
            Standard.inject(call, cx, headers);
        }
    }
}
