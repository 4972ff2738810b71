use crate::support::*;

fault! {
    /// A deadline that passes while the handler runs leaves code 0 and no status.
    models: ["https://github.com/grpc/grpc-node/issues/2681"],
    server: ["attribute_wrong_value"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if is_server(call) && call.is_expired() {
            Some(Outcome::of(Code::Ok))
        } else {
            Standard.at_drop(call, is_panic)
        }
    }
}
