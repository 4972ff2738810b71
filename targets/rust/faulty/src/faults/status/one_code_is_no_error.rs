use crate::support::*;

fault! {
    /// One status code that is an error is none: its row of the table is wrong.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/2066"],
    client: ["status_not_error"],
    server: ["status_not_error"],
    each: OF_SERVER,
    only: ["status"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn is_error(&self, call: &Call, code: Code) -> bool {
        Standard.is_error(call, code) && !(self.at.is(call) && self.at.each == Some(code_name(code)))
    }
}
