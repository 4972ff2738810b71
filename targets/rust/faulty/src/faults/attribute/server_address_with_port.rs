use crate::support::*;

fault! {
    /// The server's address has its port in it.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/7451"],
    client: ["attribute_wrong_value"],
    only: ["address", "unary/ok"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn server_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        broken(
            out,
            |own| Standard.server_attributes(call, own),
            |own| {
                let port = call.server_address().and_then(|target| target.port);
                if let Some(port) = port.filter(|_| self.at.is(call)) {
                    own.iter_mut()
                        .filter(|one| one.key.as_str() == "server.address")
                        .for_each(|one| one.value = format!("{}:{port}", one.value).into());
                }
            },
        );
    }
}
