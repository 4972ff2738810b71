use crate::support::*;

fault! {
    /// The context of the call goes over the wire, and not that of its attempt.
    models: [],
    client: ["traceparent_not_of_client_span"],
    each: SHAPES,
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn on_wire<'c>(&self, call: &Call, sent: &'c Context, attempt: &'c Context) -> &'c Context {
        sent
    }
}
