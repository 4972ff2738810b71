use crate::support::*;

fault! {
    /// An error after a message of the response is taken for the stream's good end.
    models: ["https://github.com/davidB/tracing-opentelemetry-instrumentation-sdk"],
    client: ["attribute_wrong_value", "status_not_error"],
    server: ["attribute_wrong_value", "status_not_error"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn at_trailers(&self, call: &Call, trailers: &HeaderMap) -> Option<Outcome> {
        if self.at.is(call) && call.messages(response(call)) > 0 {
            return Some(Outcome::of(Code::Ok));
        }
        Standard.at_trailers(call, trailers)
    }
}
