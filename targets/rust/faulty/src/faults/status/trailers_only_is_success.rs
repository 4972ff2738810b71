use crate::support::*;

fault! {
    /// A response of trailers only is taken for success.
    models: ["https://github.com/opentracing-contrib/java-grpc/issues/20"],
    client: ["attribute_wrong_value", "status_not_error"],
    server: ["attribute_wrong_value", "status_not_error"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
        match Standard.at_headers(call, status, headers, is_end) {
            Ending::Now(_) if self.at.is(call) => Ending::Now(Outcome::of(Code::Ok)),
            other => other,
        }
    }
}
