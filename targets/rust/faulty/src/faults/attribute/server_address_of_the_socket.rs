use crate::support::*;

fault! {
    /// The server's address is that of the socket, not the name that the client asked for.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/7451"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["address"],
    conventions: ["rpc-1.39", "rpc-next"],
    exists: |at, convention| at.side == Side::Client || convention == "rpc-next",
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
                if self.at.is(call) {
                    own.iter_mut()
                        .filter(|one| one.key.as_str() == "server.address")
                        .for_each(|one| one.value = "127.0.0.1".into());
                }
            },
        );
    }
}
