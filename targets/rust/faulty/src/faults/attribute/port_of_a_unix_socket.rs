use crate::support::*;

fault! {
    /// A unix socket has a port: the one that a default gave it.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/3393"],
    client: ["attribute_despite_condition"],
    only: ["address"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn server_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        Standard.server_attributes(call, out);
        let unix = call.server_address().is_some_and(|target| target.transport == Some("unix"));
        if self.at.is(call) && unix {
            out.push(KeyValue::new("server.port", 443));
        }
    }
}
