use crate::support::*;

fault! {
    /// The span of the call ends as soon as its attempt has begun.
    models: [],
    client: ["status_not_ok"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn begun(&self, call: &Call, sent: &Context, _: &Context) {
        sent.span().end();
    }
}
