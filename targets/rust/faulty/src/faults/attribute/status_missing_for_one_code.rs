use crate::support::*;

fault! {
    /// The status code is missing where it is a certain one: the path on which it comes about does not set it.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/6184"],
    client: ["attribute_missing"],
    server: ["attribute_missing"],
    each: ["OK", "CANCELLED", "UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE"],
    only: ["cancel", "failure", "deadline", "unary/ok", "status/*/unary"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        if !self.at.is(call) || self.at.each != Some(code_name(outcome.code)) {
            Standard.status_attributes(call, outcome, out);
        }
    }
}
