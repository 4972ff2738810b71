use crate::support::*;

fault! {
    /// Nothing is said of attempts before.
    models: [],
    client: ["attribute_missing"],
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
        vec![KeyValue::new(TRANSPARENT, false)]
    }
}
