use crate::support::*;

fault! {
    /// The description names the code UNKNOWN, whatever it is.
    models: [],
    client: ["description_without_code"],
    server: ["description_without_code"],
    only: ["status/client", "status/server"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn description(&self, call: &Call, level: Level, outcome: &Outcome) -> String {
        format!("UNKNOWN, {}", outcome.message)
    }
}
