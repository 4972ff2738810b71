use crate::support::*;

fault! {
    /// The description is the message alone.
    models: [],
    client: ["description_without_code"],
    server: ["description_without_code"],
    each: SHAPES,
    only: ["status/client", "status/server"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn description(&self, call: &Call, level: Level, outcome: &Outcome) -> String {
        outcome.message.to_string()
    }
}
