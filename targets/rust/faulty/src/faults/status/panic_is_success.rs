use crate::support::*;

fault! {
    /// A handler that throws leaves code 0 and no status.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/1226"],
    server: ["attribute_wrong_value"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        if is_panic { Some(Outcome::of(Code::Ok)) } else { Standard.at_drop(call, is_panic) }
    }
}
