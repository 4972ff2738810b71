use crate::support::*;

fault! {
    /// What has no connection has no error: there was no response that could have had one.
    models: ["https://github.com/grpc/grpc-go/pull/2962"],
    client: ["attribute_wrong_value", "status_not_error"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_error(&self, call: &Call, error: &(dyn Error + 'static)) -> Option<Outcome> {
        if is_client(call) && is_caused_by::<tonic::ConnectError>(error) {
            Some(Outcome::of(Code::Ok))
        } else {
            Standard.at_error(call, error)
        }
    }
}
