use crate::support::*;

fault! {
    /// The status Ok stands on the attempt and not on its call.
    models: [],
    client: ["status_not_ok"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn status(&self, call: &Call, level: Level, outcome: &Outcome) -> Status {
        match Correct.status(call, level, outcome) {
            Status::Ok if level == Level::Sent => Status::Unset,
            status => status,
        }
    }
}
