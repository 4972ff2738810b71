use crate::support::*;

fault! {
    /// A method that nobody has is answered with success, by its span.
    models: ["https://github.com/grpc/grpc-go/issues/456"],
    server: ["attribute_wrong_value", "status_not_error"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
        match Standard.at_headers(call, status, headers, is_end) {
            Ending::Now(outcome) if is_server(call) && outcome.code == Code::Unimplemented => {
                Ending::Now(Outcome::of(Code::Ok))
            }
            other => other,
        }
    }
}
