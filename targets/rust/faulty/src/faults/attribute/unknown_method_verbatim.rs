use crate::support::*;

fault! {
    /// A method that nobody has is recorded as it is, which lets any client make as many names as it likes.
    models: ["https://github.com/open-telemetry/semantic-conventions/pull/3223"],
    server: ["attribute_wrong_value"],
    only: ["failure/unknown-method"],
    conventions: ["rpc-1.39", "rpc-next", "rpc-dup"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        if is_client(call) {
            return Standard.method_attributes(call, out);
        }
        out.push(KeyValue::new("rpc.method", call.full_method_value()));
    }
}
