use crate::support::*;

fault! {
    /// The status code is written as the language writes it: NotFound.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/8565"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["status", "unary/ok"],
    conventions: ["rpc-1.39", "rpc-next", "rpc-dup"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        broken(
            out,
            |own| Standard.status_attributes(call, outcome, own),
            |own| {
                if self.at.is(call) {
                    own.iter_mut()
                        .filter(|one| matches!(one.value, Value::String(_)))
                        .for_each(|one| one.value = format!("{:?}", outcome.code).into());
                }
            },
        );
    }
}
