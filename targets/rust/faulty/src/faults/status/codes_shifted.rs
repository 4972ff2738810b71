use crate::support::*;

fault! {
    /// The code is one off, as in a table that begins at one.
    models: ["https://github.com/open-telemetry/opentelemetry-js/issues/2984"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        let code = if self.at.is(call) { Code::from_i32(i32::from(outcome.code) + 1) } else { outcome.code };
        Standard.status_attributes(call, &Outcome::of(code), out);
    }
}
