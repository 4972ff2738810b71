use crate::support::*;

fault! {
    /// On a server, a status that is no error has an error type.
    models: ["https://github.com/connectrpc/otelconnect-go/issues/122"],
    server: ["attribute_despite_condition"],
    only: ["status/server"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn error_type(&self, call: &Call, outcome: &Outcome) -> Option<StringValue> {
        if self.at.is(call) && outcome.code != Code::Ok {
            Some(code_name(outcome.code).into())
        } else {
            Standard.error_type(call, outcome)
        }
    }
}
