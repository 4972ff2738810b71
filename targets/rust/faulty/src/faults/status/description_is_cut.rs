use crate::support::*;

fault! {
    /// The description is cut after sixteen characters.
    models: [],
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
        outcome.message.chars().take(16).collect::<String>().into()
    }
}
