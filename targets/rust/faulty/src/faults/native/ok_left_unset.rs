use crate::support::*;

fault! {
    /// OK leaves the status unset, as the semantic conventions want it.
    models: [],
    client: ["status_not_ok"],
    server: ["status_not_ok"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn status(&self, call: &Call, level: Level, outcome: &Outcome) -> Status {
        match Correct.status(call, level, outcome) {
            Status::Ok => Status::Unset,
            status => status,
        }
    }
}
