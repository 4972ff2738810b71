use crate::support::*;

fault! {
    /// A call that succeeds has an error type.
    models: [],
    client: ["attribute_despite_condition"],
    server: ["attribute_despite_condition"],
    only: ["unary/ok", "stream"],
    conventions: ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn error_type(&self, call: &Call, outcome: &Outcome) -> Option<StringValue> {
        if self.at.is(call) { Some(code_name(outcome.code).into()) } else { Standard.error_type(call, outcome) }
    }
}
