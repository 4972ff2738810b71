use crate::support::*;

fault! {
    /// A call that succeeds has the status Ok, which is the application's to set.
    models: ["https://github.com/connectrpc/otelconnect-go/pull/58"],
    client: ["ok_set_by_instrumentation"],
    server: ["ok_set_by_instrumentation"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn span_status(&self, call: &Call, outcome: &Outcome) -> Status {
        if self.at.is(call) && outcome.code == Code::Ok { Status::Ok } else { Standard.span_status(call, outcome) }
    }
}
