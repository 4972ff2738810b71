use crate::support::*;

fault! {
    /// A call that is cancelled is UNKNOWN: the cancellation is an error like others.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/615"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value", "status_not_unset"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if self.at.is(call) && !is_panic { Some(Outcome::of(Code::Unknown)) } else { Standard.at_drop(call, is_panic) }
    }
}
