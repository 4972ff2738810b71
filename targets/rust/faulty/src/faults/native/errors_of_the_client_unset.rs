use crate::support::*;

fault! {
    /// An error that is not the server's own leaves its status unset, as the semantic conventions want it.
    models: [],
    server: ["status_not_error"],
    only: ["status/server"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn status(&self, call: &Call, level: Level, outcome: &Outcome) -> Status {
        match Correct.status(call, level, outcome) {
            Status::Error { .. } if !Standard.is_error(call, outcome.code) => Status::Unset,
            status => status,
        }
    }
}
