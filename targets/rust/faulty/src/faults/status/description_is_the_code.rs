use crate::support::*;

fault! {
    /// The description is the name of the code, in the language's way of writing it.
    models: ["https://github.com/connectrpc/otelconnect-go/issues/122"],
    client: ["description_repeats_code"],
    server: ["description_repeats_code"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> {
        if self.at.is(call) { format!("{:?}", outcome.code).into() } else { Standard.description(call, outcome) }
    }
}
