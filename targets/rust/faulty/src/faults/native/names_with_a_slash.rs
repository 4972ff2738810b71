use crate::support::*;

fault! {
    /// Service and method are parted by a slash.
    models: ["https://github.com/grpc/grpc-java/pull/11974"],
    client: ["wrong_name"],
    server: ["wrong_name"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(Broken { at }),
}

struct Broken {
    at: At,
}

impl Native for Broken {
    fn name(&self, call: &Call, level: Level) -> String {
        if self.at.is(call) {
            format!("{level:?}.{}/{}", call.service(), call.method())
        } else {
            Correct.name(call, level)
        }
    }
}
