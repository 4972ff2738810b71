use crate::support::*;

fault! {
    /// An exception has neither type nor message.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/5068"],
    client: ["exception_without_type"],
    server: ["exception_without_type"],
    only: ["status", "failure"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if self.at.is(call) && Standard.is_error(call, outcome.code) {
            cx.span().add_event("exception", Vec::new());
        }
        cx.span().end();
    }
}
