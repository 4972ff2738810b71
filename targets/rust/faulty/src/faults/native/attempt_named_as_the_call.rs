use crate::support::*;

fault! {
    /// The attempt has the name of its call: nothing says that it is one.
    models: [],
    client: ["attempt_span_missing"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn name(&self, call: &Call, level: Level) -> String {
        Correct.name(call, if level == Level::Attempt { Level::Sent } else { level })
    }
}
