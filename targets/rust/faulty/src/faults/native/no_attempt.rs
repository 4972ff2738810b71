use crate::support::*;

fault! {
    /// The call has a span, and its attempt has none: the callee hangs under the call.
    models: [],
    client: ["attempt_span_missing"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn has_attempt(&self, call: &Call) -> bool {
        false
    }
}
