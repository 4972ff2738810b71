use crate::support::*;

fault! {
    /// The description is a debugger's dump of the error, on several lines.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/1226"],
    client: ["description_repeats_code"],
    server: ["description_repeats_code"],
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
        format!(
            "<_InactiveRpcError of RPC that terminated with:\n\tstatus = StatusCode.{}\n\tdetails = \"{}\"\n>",
            code_name(outcome.code),
            outcome.message
        )
        .into()
    }
}
