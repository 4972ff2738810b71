use crate::support::*;

fault! {
    /// A span of a method that nobody has is named after it, where the convention wants a name that does not grow.
    models: ["https://github.com/open-telemetry/semantic-conventions/pull/3223"],
    server: ["wrong_name"],
    only: ["failure/unknown-method"],
    conventions: ["rpc-1.39", "rpc-next"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn span_name(&self, call: &Call) -> Cow<'static, str> {
        call.full_method().to_owned().into()
    }
}
