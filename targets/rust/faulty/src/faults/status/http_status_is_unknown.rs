use crate::support::*;

fault! {
    /// An HTTP status without a gRPC status is UNKNOWN.
    models: ["https://github.com/envoyproxy/envoy/pull/7996"],
    client: ["attribute_wrong_value"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
        match Standard.at_headers(call, status, headers, is_end) {
            Ending::Now(_) if is_client(call) && status != StatusCode::OK => Ending::Now(Outcome::of(Code::Unknown)),
            other => other,
        }
    }
    fn at_end_of_body(&self, call: &Call, is_inside: bool) -> Option<Outcome> {
        Some(Outcome::of(Code::Unknown))
    }
}
