use crate::support::*;

fault! {
    /// The span ends with the first message of the response.
    models: ["https://github.com/grpc/grpc-rust/issues/855"],
    client: ["part_of_call_not_covered"],
    server: ["part_of_call_not_covered"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        Standard.message(call, cx, message);
        if self.at.is(call) && message.direction == response(call) {
            cx.span().end();
        }
    }
}
