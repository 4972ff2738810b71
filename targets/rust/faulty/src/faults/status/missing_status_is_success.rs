use crate::support::*;

fault! {
    /// A response without grpc-status is a good one.
    models: ["https://github.com/envoyproxy/envoy/pull/7996"],
    client: ["attribute_wrong_value", "status_not_error"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
        match Outcome::from_headers(headers) {
            None if is_end && is_client(call) => Ending::Now(Outcome::of(Code::Ok)),
            _ => Standard.at_headers(call, status, headers, is_end),
        }
    }
    fn at_trailers(&self, call: &Call, trailers: &HeaderMap) -> Option<Outcome> {
        Some(Outcome::from_headers(trailers).unwrap_or(Outcome::of(Code::Ok)))
    }
    fn at_end_of_body(&self, call: &Call, is_inside: bool) -> Option<Outcome> {
        if is_client(call) { Some(Outcome::of(Code::Ok)) } else { Standard.at_end_of_body(call, is_inside) }
    }
}
