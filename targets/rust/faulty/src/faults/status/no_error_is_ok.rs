use crate::support::*;

fault! {
    /// A status that is no error on a server, such as NOT_FOUND, is Ok.
    models: ["https://github.com/connectrpc/otelconnect-go/pull/58"],
    server: ["ok_set_by_instrumentation"],
    only: ["status/server", "cancel"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn span_status(&self, call: &Call, outcome: &Outcome) -> Status {
        match Standard.span_status(call, outcome) {
            Status::Unset if is_server(call) && outcome.code != Code::Ok => Status::Ok,
            other => other,
        }
    }
}
