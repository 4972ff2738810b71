use crate::support::*;

fault! {
    /// The peer is that of the first connection: it is kept with the server.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/7742"],
    server: ["attribute_wrong_value"],
    only: ["address", "unary"],
    alone: true,
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<Option<Vec<KeyValue>>>,
}

impl Policy for Broken {
    fn network_attributes(&self, call: &Call, head: &request::Parts, out: &mut Vec<KeyValue>) {
        let mut own = Vec::new();
        Standard.network_attributes(call, head, &mut own);
        if self.at.is(call) {
            own = lock(&self.state).get_or_insert(own).clone();
        }
        out.extend(own);
    }
}
