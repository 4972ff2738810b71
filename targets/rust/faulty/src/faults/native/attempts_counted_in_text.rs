use crate::support::*;

fault! {
    /// The attempts before are counted in text.
    models: [],
    client: ["attribute_wrong_type"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn attempt(&self, call: &Call) -> Vec<KeyValue> {
        vec![KeyValue::new(PREVIOUS, "0"), KeyValue::new(TRANSPARENT, false)]
    }
}
