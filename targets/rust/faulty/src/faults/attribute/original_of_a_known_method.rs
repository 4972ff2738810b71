use crate::support::*;

fault! {
    /// A method that exists has an original too.
    models: ["https://github.com/open-telemetry/semantic-conventions/pull/3223"],
    server: ["attribute_despite_condition"],
    only: ["unary/ok"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        Standard.method_attributes(call, out);
        if self.at.is(call) {
            out.push(KeyValue::new("rpc.method_original", call.full_method_value()));
        }
    }
}
