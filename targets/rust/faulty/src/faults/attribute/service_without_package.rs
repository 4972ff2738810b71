use crate::support::*;

fault! {
    /// The service is named without its package.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/1226"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["unary", "stream"],
    conventions: ["rpc-1.38", "rpc-dup"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        let short = call.service().rsplit('.').next().unwrap_or_default().to_owned();
        broken(
            out,
            |own| Standard.method_attributes(call, own),
            |own| {
                if self.at.is(call) {
                    own.iter_mut()
                        .filter(|one| one.key.as_str() == "rpc.service")
                        .for_each(|one| one.value = short.clone().into());
                }
            },
        );
    }
}
