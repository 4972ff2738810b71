use crate::support::*;

fault! {
    /// Headers without an error are taken for success: an error in the trailers is never seen. One shape at a time.
    models: ["https://github.com/davidB/tracing-opentelemetry-instrumentation-sdk", "https://github.com/opentracing-contrib/java-grpc/issues/20"],
    client: ["attribute_wrong_value", "status_not_error"],
    server: ["attribute_wrong_value", "status_not_error"],
    each: SHAPES,
    only: ["status", "stream", "failure"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
        match Standard.at_headers(call, status, headers, is_end) {
            Ending::Open if self.at.is(call) => Ending::WithBody(Outcome::of(Code::Ok)),
            other => other,
        }
    }
}
