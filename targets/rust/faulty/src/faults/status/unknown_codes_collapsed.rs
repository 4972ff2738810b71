use crate::support::*;

fault! {
    /// Codes that are errors of the server are all told as INTERNAL.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/615"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        let is_error = matches!(outcome.code, Code::Unknown | Code::Unavailable | Code::DataLoss);
        let code = if self.at.is(call) && is_error { Code::Internal } else { outcome.code };
        Standard.status_attributes(call, &Outcome::of(code), out);
    }
}
