use crate::support::*;

fault! {
    /// The attempt hangs beside its call, not below it.
    models: [],
    client: ["wrong_parent"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(Broken { at }),
}

struct Broken {
    at: At,
}

impl Native for Broken {
    fn parent_of_attempt<'c>(&self, call: &Call, sent: &'c Context, outer: &'c Context) -> &'c Context {
        if self.at.is(call) { outer } else { sent }
    }
}
