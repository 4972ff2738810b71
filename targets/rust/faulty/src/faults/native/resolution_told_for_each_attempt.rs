use crate::support::*;

fault! {
    /// The delay of the name resolution is told once more where the attempt begins.
    models: [],
    client: ["event_repeated"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn begun(&self, call: &Call, sent: &Context, _: &Context) {
        for _ in 0..2 {
            sent.span().add_event("Delayed name resolution complete", Vec::new());
        }
    }
}
