use crate::support::*;

fault! {
    /// No kind is set.
    models: [],
    client: ["wrong_kind"],
    server: ["wrong_kind"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn kind(&self, call: &Call, level: Level) -> SpanKind {
        SpanKind::Internal
    }
}
