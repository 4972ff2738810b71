use crate::support::*;

fault! {
    /// The attribute for a transparent retry is there only if it is one.
    models: [],
    client: ["attribute_missing"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn attempt(&self, call: &Call) -> Vec<KeyValue> {
        vec![KeyValue::new(PREVIOUS, 0)]
    }
}
