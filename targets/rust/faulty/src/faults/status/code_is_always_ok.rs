use crate::support::*;

fault! {
    /// The code is that of the transport, which is fine whatever gRPC says.
    models: ["https://github.com/envoyproxy/envoy/pull/7996"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        let code = if self.at.is(call) { Code::Ok } else { outcome.code };
        Standard.status_attributes(call, &Outcome::of(code), out);
    }
}
