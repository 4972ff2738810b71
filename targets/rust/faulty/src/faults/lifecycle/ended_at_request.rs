use crate::support::*;

fault! {
    /// The span ends as soon as the request is on its way.
    models: ["https://github.com/grpc/grpc-rust/issues/855"],
    client: ["part_of_call_not_covered"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        cx.span().end();
    }
}
