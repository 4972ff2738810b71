use crate::support::*;

fault! {
    /// An error of a call of one shape has no description. One shape at a time.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4587"],
    client: ["description_missing"],
    server: ["description_missing"],
    each: SHAPES,
    only: ["status"],
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
