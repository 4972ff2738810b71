use crate::support::*;

fault! {
    /// An error stands on the attempt and not on its call.
    models: [],
    client: ["status_not_error"],
    only: ["status/client/unary"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn status(&self, call: &Call, level: Level, outcome: &Outcome) -> Status {
        match Correct.status(call, level, outcome) {
            Status::Error { .. } if level == Level::Sent => Status::Unset,
            status => status,
        }
    }
}
