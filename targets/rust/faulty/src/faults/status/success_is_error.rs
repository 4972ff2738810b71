use crate::support::*;

fault! {
    /// A call that succeeds is an error.
    models: ["https://github.com/DataDog/dd-trace-js/pull/4133"],
    client: ["status_not_unset"],
    server: ["status_not_unset"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn span_status(&self, call: &Call, outcome: &Outcome) -> Status {
        if self.at.is(call) && outcome.code == Code::Ok {
            Status::error("")
        } else {
            Standard.span_status(call, outcome)
        }
    }
}
