use crate::support::*;

fault! {
    /// The error type is the number of the status code.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/pull/4370"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["status"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn error_type(&self, call: &Call, outcome: &Outcome) -> Option<StringValue> {
        let own = Standard.error_type(call, outcome);
        if self.at.is(call) { own.map(|_| i32::from(outcome.code).to_string().into()) } else { own }
    }
}
