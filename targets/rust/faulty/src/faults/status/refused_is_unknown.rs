use crate::support::*;

fault! {
    /// What has no connection is UNKNOWN.
    models: ["https://github.com/grpc/grpc-go/pull/2962"],
    client: ["attribute_wrong_value"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_error(&self, call: &Call, error: &(dyn Error + 'static)) -> Option<Outcome> {
        if is_client(call) && is_caused_by::<tonic::ConnectError>(error) {
            Some(Outcome::of(Code::Unknown))
        } else {
            Standard.at_error(call, error)
        }
    }
}
