use crate::support::*;

fault! {
    /// The span's status is never set: the code is an attribute and nothing else.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4587", "https://github.com/istio/istio/issues/53025", "https://github.com/mattiapenati/tower-otel"],
    client: ["status_not_error"],
    server: ["status_not_error"],
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
