use crate::support::*;

fault! {
    /// The status code is a sentence.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/8565"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["status", "unary/ok"],
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
                    own.iter_mut().for_each(|one| one.value = outcome.code.description().to_owned().into());
                }
            },
        );
    }
}
