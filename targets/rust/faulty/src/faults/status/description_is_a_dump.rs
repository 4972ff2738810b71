use crate::support::*;

fault! {
    /// The description is a debugger's dump of the error, on several lines.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/1226"],
    client: ["description_wrong"],
    server: ["description_wrong"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> {
        if !self.at.is(call) {
            return Standard.description(call, outcome);
        }
        format!("<_InactiveRpcError of RPC that terminated with:\n\tdetails = \"{}\"\n>", outcome.message).into()
    }
}
