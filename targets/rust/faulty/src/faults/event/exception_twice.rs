use crate::support::*;

fault! {
    /// An exception is recorded by the instrumentation and by the SDK.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/5068"],
    client: ["exception_recorded_twice"],
    server: ["exception_recorded_twice"],
    only: ["status", "failure"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if self.at.is(call) && Standard.is_error(call, outcome.code) {
            for _ in 0..2 {
                let message = outcome.message.to_string();
                cx.span().add_event(
                    "exception",
                    vec![KeyValue::new("exception.type", "Status"), KeyValue::new("exception.message", message)],
                );
            }
        }
        cx.span().end();
    }
}
