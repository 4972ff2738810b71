use crate::support::*;

fault! {
    /// A call that is let go of has no status code: only the end of a response sets it.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/6184"],
    client: ["attribute_missing"],
    server: ["attribute_missing"],
    only: ["cancel", "unary/ok"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if self.at.is(call) {
            stash(call, ());
        }
        Standard.at_drop(call, is_panic)
    }
    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        if stashed::<()>(call).is_none() {
            Standard.status_attributes(call, outcome, out);
        }
    }
}
