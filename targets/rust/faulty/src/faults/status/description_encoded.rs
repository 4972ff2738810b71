use crate::support::*;

fault! {
    /// The description is the message as it is on the wire, percent-encoded.
    models: [],
    client: ["description_encoded"],
    server: ["description_encoded"],
    only: ["status/message"],
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
        let as_sent = |byte| match byte {
            b' '..=b'~' if byte != b'%' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        outcome.message.bytes().map(as_sent).collect::<String>().into()
    }
}
