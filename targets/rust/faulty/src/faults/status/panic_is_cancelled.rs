use crate::support::*;

fault! {
    /// A handler that panics is called a cancellation, as all that is dropped.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/615"],
    server: ["attribute_wrong_value"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if is_panic { Some(Outcome::of(Code::Cancelled)) } else { Standard.at_drop(call, is_panic) }
    }
}
