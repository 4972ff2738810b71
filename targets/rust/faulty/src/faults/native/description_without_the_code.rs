use crate::support::*;

fault! {
    /// The description is the message alone.
    models: [],
    client: ["description_without_code"],
    server: ["description_without_code"],
    each: SHAPES,
    only: ["status/client", "status/server"],
    conventions: ["a72"],
    parts: |at| Parts::native(Broken { at }),
}

struct Broken {
    at: At,
}

impl Native for Broken {
    fn description(&self, call: &Call, level: Level, outcome: &Outcome) -> String {
        if self.at.is(call) { outcome.message.to_string() } else { Correct.description(call, level, outcome) }
    }
}
