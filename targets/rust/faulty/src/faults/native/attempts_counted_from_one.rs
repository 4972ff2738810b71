use crate::support::*;

fault! {
    /// The first attempt counts itself among those before it.
    models: [],
    client: ["attribute_wrong_value"],
    only: ["unary/ok", "stream"],
    conventions: ["a72"],
    parts: |at| Parts::native(Broken { at }),
}

struct Broken {
    at: At,
}

impl Native for Broken {
    fn attempt(&self, call: &Call) -> Vec<KeyValue> {
        if !self.at.is(call) {
            return Correct.attempt(call);
        }
        vec![KeyValue::new(PREVIOUS, 1), KeyValue::new(TRANSPARENT, false)]
    }
}
