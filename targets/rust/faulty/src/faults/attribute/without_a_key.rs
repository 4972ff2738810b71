use crate::support::*;

fault! {
    /// An attribute has an empty key.
    models: [],
    client: ["attribute_key_empty"],
    server: ["attribute_key_empty"],
    only: ["unary/ok"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn system_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        Standard.system_attributes(call, out);
        if self.at.is(call) {
            out.push(KeyValue::new("", 1));
        }
    }
}
