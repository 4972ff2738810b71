use crate::support::*;

fault! {
    /// The status is that of the call before: it is kept in the interceptor.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4481"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["status/*/unary"],
    alone: true,
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<Option<Code>>,
}

impl Policy for Broken {
    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        let code = if self.at.is(call) { lock(&self.state).replace(outcome.code) } else { None };
        Standard.status_attributes(call, &Outcome::of(code.unwrap_or(outcome.code)), out);
    }
}
