use crate::support::*;

fault! {
    /// The first attempt counts itself among those before it.
    models: [],
    client: ["attribute_wrong_value"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(at, Broken),
}

struct Broken;

impl Native for Broken {
    fn attempt(&self, call: &Call) -> Vec<KeyValue> {
        vec![KeyValue::new(PREVIOUS, 1), KeyValue::new(TRANSPARENT, false)]
    }
}
