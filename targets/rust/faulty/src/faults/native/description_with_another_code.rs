use crate::support::*;

fault! {
    /// The description names the code UNKNOWN, whatever it is.
    models: [],
    client: ["description_without_code"],
    server: ["description_without_code"],
    only: ["status/client", "status/server"],
    conventions: ["a72"],
    parts: |at| Parts::native(Broken { at }),
}

struct Broken {
    at: At,
}

impl Native for Broken {
    fn description(&self, call: &Call, level: Level, outcome: &Outcome) -> String {
        if self.at.is(call) {
            format!("UNKNOWN, {}", outcome.message)
        } else {
            Correct.description(call, level, outcome)
        }
    }
}
