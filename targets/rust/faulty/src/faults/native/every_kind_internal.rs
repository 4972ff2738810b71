use crate::support::*;

fault! {
    /// No kind is set.
    models: [],
    client: ["wrong_kind"],
    server: ["wrong_kind"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(Broken { at }),
}

struct Broken {
    at: At,
}

impl Native for Broken {
    fn kind(&self, call: &Call, level: Level) -> SpanKind {
        if self.at.is(call) { SpanKind::Internal } else { Correct.kind(call, level) }
    }
}
