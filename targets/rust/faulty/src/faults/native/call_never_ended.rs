use crate::support::*;

fault! {
    /// The attempt ends, and the span of the call never does.
    models: [],
    client: ["span_never_ended"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn end_sent(&self, call: &Call, sent: &Context) {
        // This SDK ends what is dropped.
        std::mem::forget(sent.clone());
    }
}
