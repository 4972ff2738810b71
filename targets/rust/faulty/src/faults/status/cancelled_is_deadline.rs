use crate::support::*;

fault! {
    /// A call with a deadline that is cancelled in time is called expired.
    models: ["https://github.com/grpc/grpc-node/issues/2681"],
    server: ["attribute_wrong_value"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if is_server(call) && !is_panic {
            Some(Outcome::of(Code::DeadlineExceeded))
        } else {
            Standard.at_drop(call, is_panic)
        }
    }
}
