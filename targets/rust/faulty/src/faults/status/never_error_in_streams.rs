use crate::support::*;

fault! {
    /// The status of a call with streams is never an error: only the unary interceptor sets it. One shape at a time.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4481"],
    client: ["status_not_error"],
    server: ["status_not_error"],
    each: SHAPES,
    only: ["status"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn span_status(&self, call: &Call, outcome: &Outcome) -> Status {
        if self.at.is(call) { Status::Unset } else { Standard.span_status(call, outcome) }
    }
}
