use crate::support::*;

fault! {
    /// One status code that is none of the server's errors is one.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/1756", "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/9637"],
    server: ["status_not_unset"],
    each: OF_CLIENT,
    only: ["status"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn is_error(&self, call: &Call, code: Code) -> bool {
        Standard.is_error(call, code) || (self.at.is(call) && self.at.each == Some(code_name(code)))
    }
}
