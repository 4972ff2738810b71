use crate::support::*;

fault! {
    /// The server's address is the whole target, with its scheme.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/3393"],
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
                if self.at.is(call) {
                    own.iter_mut()
                        .filter(|one| one.key.as_str() == "server.address")
                        .for_each(|one| one.value = format!("dns:///{}", one.value).into());
                }
            },
        );
    }
}
