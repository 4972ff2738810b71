use crate::support::*;

fault! {
    /// One status code is no error for a client, which has to call every one but OK an error.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/3162"],
    client: ["status_not_error"],
    each: OF_CLIENT,
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
