use crate::support::*;

fault! {
    /// Service and method are parted by a slash.
    models: ["https://github.com/grpc/grpc-java/pull/11974"],
    client: ["wrong_name"],
    server: ["wrong_name"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn name(&self, call: &Call, level: Level) -> String {
        format!("{level:?}.{}/{}", call.service(), call.method())
    }
}
