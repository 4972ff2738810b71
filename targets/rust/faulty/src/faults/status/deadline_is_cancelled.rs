use crate::support::*;

fault! {
    /// A deadline that passes is called a cancellation.
    models: ["https://github.com/grpc/grpc-node/issues/2681"],
    server: ["attribute_wrong_value", "status_not_error"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if is_server(call) && !is_panic { Some(Outcome::of(Code::Cancelled)) } else { Standard.at_drop(call, is_panic) }
    }
}
