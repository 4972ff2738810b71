use crate::support::*;

fault! {
    /// The method is the path of HTTP/2, with its slash.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/1226"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["unary", "stream"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        broken(
            out,
            |own| Standard.method_attributes(call, own),
            |own| {
                if self.at.is(call) {
                    own.iter_mut()
                        .filter(|one| one.key.as_str() == "rpc.method")
                        .for_each(|one| one.value = call.path().to_owned().into());
                }
            },
        );
    }
}
