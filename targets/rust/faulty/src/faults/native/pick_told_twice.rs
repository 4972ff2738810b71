use crate::support::*;

fault! {
    /// The delay of the pick is told twice on one attempt.
    models: [],
    client: ["event_repeated"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn begun(&self, call: &Call, _: &Context, attempt: &Context) {
        for _ in 0..2 {
            attempt.span().add_event("Delayed LB pick complete", Vec::new());
        }
    }
}
