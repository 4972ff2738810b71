use crate::support::*;

fault! {
    /// The description is one sentence for all errors.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4587"],
    client: ["description_wrong"],
    server: ["description_wrong"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> {
        if self.at.is(call) { "the call has failed".into() } else { Standard.description(call, outcome) }
    }
}
