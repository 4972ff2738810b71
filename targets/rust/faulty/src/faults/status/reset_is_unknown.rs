use crate::support::*;

fault! {
    /// A stream that is reset is UNKNOWN, whatever the error code of HTTP/2 means to gRPC.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/615"],
    client: ["attribute_wrong_value"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_error(&self, call: &Call, error: &(dyn Error + 'static)) -> Option<Outcome> {
        if is_client(call) && !is_caused_by::<tonic::ConnectError>(error) {
            Some(Outcome::of(Code::Unknown))
        } else {
            Standard.at_error(call, error)
        }
    }
}
