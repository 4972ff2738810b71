use crate::support::*;

fault! {
    /// The status code is set when headers come and again at the end, as two attributes.
    models: ["https://github.com/open-telemetry/opentelemetry-js/issues/2984"],
    client: ["attribute_repeated"],
    server: ["attribute_repeated"],
    only: ["status", "unary/ok"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        if self.at.is(call) {
            Standard.status_attributes(call, &Outcome::of(Code::Ok), out);
        }
        Standard.status_attributes(call, outcome, out);
    }
}
