use crate::support::*;

fault! {
    /// Nothing is said of attempts before.
    models: [],
    client: ["attribute_missing"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn attempt(&self, call: &Call) -> Vec<KeyValue> {
        vec![KeyValue::new(TRANSPARENT, false)]
    }
}
