use crate::support::*;

fault! {
    /// The description is the header as it is on the wire, percent-encoded.
    models: ["https://github.com/grpc/grpc-java/pull/11974"],
    client: ["description_wrong"],
    server: ["description_wrong"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> {
        if !self.at.is(call) {
            return Standard.description(call, outcome);
        }
        outcome.message.replace(' ', "%20").into()
    }
}
