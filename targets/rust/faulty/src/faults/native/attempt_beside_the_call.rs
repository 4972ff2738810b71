use crate::support::*;

fault! {
    /// The attempt hangs beside its call, not below it.
    models: [],
    client: ["wrong_parent"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn parent_of_attempt<'c>(&self, call: &Call, sent: &'c Context, outer: &'c Context) -> &'c Context {
        outer
    }
}
