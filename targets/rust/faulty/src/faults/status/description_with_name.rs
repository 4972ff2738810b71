use crate::support::*;

fault! {
    /// The description begins with the name of the code.
    models: ["https://github.com/grpc/grpc-java/pull/11974"],
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
        format!("{}: {}", code_name(outcome.code), outcome.message).into()
    }
}
