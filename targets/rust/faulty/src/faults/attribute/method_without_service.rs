use crate::support::*;

fault! {
    /// From 1.39 on the method is fully qualified, and here it is the method alone.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/pull/4370"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["unary", "stream"],
    conventions: ["rpc-1.39", "rpc-next"],
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
                        .for_each(|one| one.value = call.method_value().into());
                }
            },
        );
    }
}
