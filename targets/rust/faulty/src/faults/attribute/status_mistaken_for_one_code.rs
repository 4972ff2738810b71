use crate::support::*;

fault! {
    /// One status code is told as another: a table has a wrong row.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/8565"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    each: OF_SERVER,
    only: ["status/*/unary"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        let mistaken = self.at.is(call) && self.at.each == Some(code_name(outcome.code));
        Standard.status_attributes(call, &Outcome::of(if mistaken { Code::Aborted } else { outcome.code }), out);
    }
}
