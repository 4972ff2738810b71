use crate::support::*;

fault! {
    /// Every attempt is called a transparent retry.
    models: [],
    client: ["attribute_wrong_value"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn attempt(&self, call: &Call) -> Vec<KeyValue> {
        vec![KeyValue::new(PREVIOUS, 0), KeyValue::new(TRANSPARENT, true)]
    }
}
