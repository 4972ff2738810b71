use crate::support::*;

fault! {
    /// A call that is let go of, or cancelled, is taken for success.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2014", "https://github.com/grpc/grpc-node/issues/2681"],
    client: ["attribute_wrong_value", "status_not_error"],
    server: ["attribute_wrong_value"],
    each: SHAPES,
    only: ["cancel", "concurrency"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if self.at.is(call) && !is_panic { Some(Outcome::of(Code::Ok)) } else { Standard.at_drop(call, is_panic) }
    }
}
