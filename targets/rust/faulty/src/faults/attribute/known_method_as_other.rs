use crate::support::*;

fault! {
    /// A method that exists is recorded as `_OTHER`.
    models: ["https://github.com/open-telemetry/semantic-conventions/pull/3223"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["unary/ok"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        if !self.at.is(call) {
            return Standard.method_attributes(call, out);
        }
        out.push(KeyValue::new("rpc.method", "_OTHER"));
        out.push(KeyValue::new("rpc.method_original", call.full_method_value()));
    }
}
