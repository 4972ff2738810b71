use crate::support::*;

fault! {
    /// An IPv6 address keeps its brackets.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/3393"],
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
                    own.iter_mut().filter(|one| one.value.as_str() == "::1").for_each(|one| one.value = "[::1]".into());
                }
            },
        );
    }
}
