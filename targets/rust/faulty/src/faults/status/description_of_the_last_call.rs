use crate::support::*;

fault! {
    /// The description is that of the error before: it is kept in the interceptor.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["description_wrong"],
    only: ["relay/mixed-fan-out", "concurrency"],
    alone: true,
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<Option<String>>,
}

impl Policy for Broken {
    fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> {
        if !self.at.is(call) {
            return Standard.description(call, outcome);
        }
        let own = outcome.message.to_string();
        lock(&self.state).replace(own.clone()).unwrap_or(own).into()
    }
}
