use crate::support::*;

fault! {
    /// The method is that of the call before.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["concurrency/shapes", "stream", "unary"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    alone: true,
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<Option<Vec<KeyValue>>>,
}

impl Policy for Broken {
    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        let mut own = Vec::new();
        Standard.method_attributes(call, &mut own);
        let last = if self.at.is(call) { lock(&self.state).replace(own.clone()) } else { None };
        out.extend(last.unwrap_or(own));
    }
}
