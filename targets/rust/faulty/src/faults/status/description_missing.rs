use crate::support::*;

fault! {
    /// An error has no description, though the status has a message.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4587"],
    client: ["description_missing"],
    server: ["description_missing"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> {
        if self.at.is(call) { Cow::Borrowed("") } else { Standard.description(call, outcome) }
    }
}
