use crate::support::*;

fault! {
    /// The description begins with the number and the name of the code: "5 NOT_FOUND: x".
    models: ["https://github.com/grpc/grpc-node/issues/2681"],
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
        format!("{} {}: {}", i32::from(outcome.code), code_name(outcome.code), outcome.message).into()
    }
}
